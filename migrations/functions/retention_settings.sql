-- Returns the setting `retention` for the service's schedules; null if it is not set.
create or replace function retention_settings() returns jsonb
language plpgsql stable security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  return (select s.value from support_settings s where s.name = 'retention');
end
$$;
grant execute on function retention_settings() to {service};
