-- Fails if the caller is signed in and not an admin, or is background work. Any other session without claims passes, because only an administrator of the
-- database can open one.
create or replace function support_require_admin() returns void
language plpgsql
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  if support_acts_as_system() or support_require_user() is not null and support_current_role() is distinct from 'admin' then
    perform support_refuse('forbidden');
  end if;
end
$$;
