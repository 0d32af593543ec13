-- Unassigns active tickets from this person if the person cannot work on tickets (any more). It handles at most `p_limit` tickets, skips locked
-- tickets, and returns how many it changed. A resolved or closed ticket keeps its assignee until it becomes active again.
create or replace function support_unassign(p_user uuid, p_limit integer) returns integer
language plpgsql
set search_path = pg_catalog, {schema}, pg_temp
as $$
declare
  v_rows integer := 0;
begin
  if not support_can_work(p_user) then
    update support_tickets t
    set assigned_to = null
    where t.id in (
      select x.id from support_tickets x
      where x.assigned_to = p_user and x.archived_at is null and not support_is_over(x.status)
      order by x.id
      limit p_limit
      for no key update skip locked
    );
    get diagnostics v_rows = row_count;
  end if;
  return v_rows;
end
$$;
