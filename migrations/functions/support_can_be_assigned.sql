-- Returns whether tickets can be assigned to this person: only to members of staff who are not blocked. The function waits for transactions that
-- change the person's roles or block the person, and it prevents these changes until the end of the current transaction. Without the locks, an
-- assignment could commit just after the person lost the role, and the ticket would remain assigned.
--
-- The caller may already hold locks on tickets. This cannot deadlock, because a transaction that has locked a person or a role never waits for a
-- ticket.
create or replace function support_can_be_assigned(p_user uuid) returns boolean
language plpgsql
set search_path = pg_catalog, {schema}, pg_temp
as $$
declare
  v_blocked_at timestamptz;
begin
  perform 1 from user_roles r where r.user_id = p_user order by r.role for share;
  if not found then
    return false;
  end if;
  select p.blocked_at into v_blocked_at from people p where p.id = p_user for share;
  return v_blocked_at is null;
end
$$;
