-- Asked by every policy, once a query.
create or replace function support_current_user_id() returns uuid
language plpgsql stable parallel safe
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  return nullif(nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub', '')::uuid;
end
$$;
grant execute on function support_current_user_id() to {customer}, {staff};
