-- How the widget looks and on which sites it may appear. It is readable before sign-in. Null if not set.
create or replace function support_widget_settings() returns jsonb
language plpgsql stable security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  return (select s.value from support_settings s where s.name = 'widget');
end
$$;
grant execute on function support_widget_settings() to {service};
