-- Sets a person's role; a null `p_role` removes all roles. Only admins may call this function. It locks the table `user_roles`: otherwise two admins
-- could remove each other's role at the same time, and no admin would remain.
create or replace function support_set_role(p_user uuid, p_role text) returns void
language plpgsql security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  perform support_require_admin();
  -- `migrate --staff-from` creates this function. The platform's roles then count, and a change made here would be undone at once.
  if to_regprocedure('{schema}.platform_staff()') is not null then
    perform support_refuse('roles_managed');
  end if;
  lock table user_roles in share row exclusive mode;
  -- Check again, because the caller may have lost the admin role while this call waited for the lock.
  perform support_require_admin();
  if p_role is distinct from 'admin' and exists (select 1 from user_roles r where r.user_id = p_user and r.role = 'admin')
     and not support_has_admin(p_user) then
    perform support_refuse('conflict');
  end if;
  if p_role is not null then
    if not exists (select 1 from people p where p.id = p_user) then
      perform support_refuse('not_found');
    end if;
    insert into user_roles (user_id, role, granted_by) values (p_user, p_role, support_current_user_id())
    on conflict on constraint user_roles_pkey do nothing;
  end if;
  -- Delete old roles after the new one is inserted: when a person has no role left, a trigger unassigns their tickets.
  delete from user_roles r where r.user_id = p_user and r.role is distinct from p_role;
end
$$;
grant execute on function support_set_role(uuid, text) to {customer}, {staff};
