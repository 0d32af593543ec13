-- Who a helper function acts for. Null only for administrators of the database without claims, who act as the system; every other session must bear
-- claims, and those must name a person who is known.
create or replace function support_require_user() returns uuid
language plpgsql stable security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
declare
  v_user constant uuid := support_current_user_id();
begin
  if v_user is null and (support_names_subject() or not pg_has_role(session_user, '{owner}'::regrole, 'member')) then
    perform support_refuse('not_authenticated');
  end if;
  if exists (select 1 from people p where p.id = v_user and p.blocked_at is not null) then
    perform support_refuse('blocked');
  end if;
  return v_user;
end
$$;
