create or replace function support_is_staff() returns boolean
language plpgsql stable security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  return support_current_role() is not null;
end
$$;
grant execute on function support_is_staff() to {customer}, {staff};
