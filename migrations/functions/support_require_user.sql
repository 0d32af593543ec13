-- Returns the person on whose behalf the calling function acts. Every session must have claims that name a known person who is not blocked. There are
-- two exceptions, both without claims: an administrator of the database, and the service's background work (`support_acts_as_system`). The result is
-- then null, and the calling function acts as the system.
create or replace function support_require_user() returns uuid
language plpgsql stable security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
declare
  v_user constant uuid := support_current_user_id();
begin
  if v_user is null and (support_names_subject() or not (support_acts_as_system() or pg_has_role(session_user, '{owner}'::regrole, 'member'))) then
    perform support_refuse('not_authenticated');
  end if;
  if exists (select 1 from people p where p.id = v_user and p.blocked_at is not null) then
    perform support_refuse('blocked');
  end if;
  return v_user;
end
$$;
