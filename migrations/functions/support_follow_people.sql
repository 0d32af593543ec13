-- Copies changed email addresses and names into tickets, unassigns tickets from people who can no longer work on them, and removes the names of erased
-- people from histories. It handles at most `p_limit` tickets, and looks through the histories of as many. Returns whether it changed anything; if true, call it again, because more tickets may remain. Only one call runs at a time. A
-- ticket that another transaction has locked, or a person that another transaction is changing, is left to a later call.
create or replace function support_follow_people(p_limit integer) returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, {schema}, pg_temp
set enable_seqscan = off
as $$
declare
  -- Number of people per call. It is more than one, so that people whose tickets are locked do not delay other people.
  v_people constant integer := 20;
  v_left integer := p_limit;
  v_person uuid;
  v_rows integer;
  v_done boolean := false;
  p people;
begin
  if not pg_try_advisory_xact_lock(hashtextextended('support_follow_people', 0)) then
    return false;
  end if;
  for v_person in select f.person_id from people_to_follow f order by f.since limit v_people loop
    exit when v_left <= 0;
    v_rows := support_unassign(v_person, v_left);
    v_left := v_left - v_rows;
    v_done := v_done or v_rows > 0;
    continue when v_rows > 0;
    select * into p from people x where x.id = v_person;
    update support_tickets t set customer_email = p.email
    where t.id in (select x.id from support_tickets x where x.user_id = v_person and x.customer_email is distinct from p.email
                   order by x.id limit v_left for no key update skip locked);
    get diagnostics v_rows = row_count;
    v_left := v_left - v_rows;
    v_done := v_done or v_rows > 0;
    continue when v_rows > 0;
    update support_tickets t set assignee_name = p.first_name
    where t.id in (select x.id from support_tickets x where x.assigned_to = v_person and x.archived_at is null
                   and x.assignee_name is distinct from p.first_name order by x.id limit v_left for no key update skip locked);
    get diagnostics v_rows = row_count;
    v_left := v_left - v_rows;
    v_done := v_done or v_rows > 0;
    continue when v_rows > 0;
    -- No ticket could be changed for this person. A transaction that is changing the person holds a lock on the person's row in `people_to_follow`.
    -- The check below runs after taking that lock, in a statement with a new snapshot.
    perform 1 from people_to_follow f where f.person_id = v_person for update skip locked;
    continue when not found;
    select * into p from people x where x.id = v_person;
    if exists (select 1 from support_tickets x where x.user_id = v_person and x.customer_email is distinct from p.email)
       or exists (select 1 from support_tickets x where x.assigned_to = v_person and x.archived_at is null
                  and x.assignee_name is distinct from p.first_name)
       or not support_can_work(v_person)
          and exists (select 1 from support_tickets x where x.assigned_to = v_person and x.archived_at is null and not support_is_over(x.status)) then
      update people_to_follow f set since = clock_timestamp() where f.person_id = v_person;
    else
      delete from people_to_follow f where f.person_id = v_person;
      v_done := true;
    end if;
  end loop;
  return erasure_follow(p_limit) or v_done;
end
$$;
grant execute on function support_follow_people(integer) to {service};
