-- Refuses whoever is signed in and no admin; SQL without claims is the operator's.
create or replace function support_require_admin() returns void
language plpgsql
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  if support_require_user() is not null and support_current_role() is distinct from 'admin' then
    perform support_refuse('forbidden');
  end if;
end
$$;
