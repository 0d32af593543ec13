-- Makes the roles equal to what the platform's query returns, if `migrate --staff-from` has set one: `platform_staff` contains it. Only one call runs
-- at a time. Nothing is written if the roles are equal. Returns the error if the query fails, for example because the platform has renamed a column;
-- the roles then stay as they are.
create or replace function support_follow_staff() returns text
language plpgsql volatile security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
declare
  v_users uuid[];
  v_roles text[];
begin
  if to_regprocedure('{schema}.platform_staff()') is null
     or not pg_try_advisory_xact_lock(hashtextextended('support_follow_staff', 0)) then
    return null;
  end if;
  begin
    select array_agg(s.user_id), array_agg(s.role) into v_users, v_roles
    from (select distinct p.user_id, p.role from platform_staff() p where p.role in ('admin', 'support_agent')) s;
  exception when others then
    return sqlerrm;
  end;
  if not exists (
    (select s.user_id, s.role from unnest(v_users, v_roles) as s (user_id, role) except select r.user_id, r.role from user_roles r)
    union all
    (select r.user_id, r.role from user_roles r except select s.user_id, s.role from unnest(v_users, v_roles) as s (user_id, role))
  ) then
    return null;
  end if;
  lock table user_roles in share row exclusive mode;
  -- Delete old roles after the new ones are inserted: when a person has no role left, a trigger unassigns their tickets.
  insert into user_roles (user_id, role)
  select s.user_id, s.role from unnest(v_users, v_roles) as s (user_id, role)
  on conflict on constraint user_roles_pkey do nothing;
  delete from user_roles r
  where not exists (select 1 from unnest(v_users, v_roles) as s (user_id, role) where s.user_id = r.user_id and s.role = r.role);
  return null;
end
$$;
grant execute on function support_follow_staff() to {service};
