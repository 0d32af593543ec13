-- Whether tickets can be assigned to this person: a member of staff who is not blocked. Waits for a transaction that is changing that, and keeps
-- it as it is until the end of this one: an assignment that is committed after a revocation would never be looked at again. Its callers may
-- hold tickets: no transaction that holds a person or a role waits for a ticket.
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
