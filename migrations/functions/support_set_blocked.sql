-- Blocks or unblocks a person other than the caller. A blocked person can no longer sign in. Only admins may call this function. It takes the lock
-- that `support_set_role` takes: otherwise two admins could block each other at the same time, or one could block the other while losing the admin
-- role, and no admin would remain.
create or replace function support_set_blocked(p_user uuid, p_blocked boolean) returns void
language plpgsql security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  perform support_require_admin();
  lock table user_roles in share row exclusive mode;
  -- Check again, because the caller may have been blocked, or may have lost the admin role, while this call waited for the lock.
  perform support_require_admin();
  if not exists (select 1 from people p where p.id = p_user) then
    perform support_refuse('not_found');
  end if;
  if p_blocked and (p_user is not distinct from support_current_user_id()
     or (exists (select 1 from user_roles r where r.user_id = p_user and r.role = 'admin') and not support_has_admin(p_user))) then
    perform support_refuse('conflict');
  end if;
  -- If the person is blocked already, keep the time of the first block.
  update people p set blocked_at = case when p_blocked then now() end
  where p.id = p_user and (p.blocked_at is null) = p_blocked;
end
$$;
grant execute on function support_set_blocked(uuid, boolean) to {customer}, {staff};
