-- Removes the name of the person who was erased first from the histories of the next `p_limit` tickets. Returns whether there was such a person; if
-- true, call it again. It goes through all tickets, because anyone who has worked as staff may be named in any of them. An instance that is stopped
-- loses nothing: `erased_people` keeps the place.
create or replace function erasure_follow(p_limit integer) returns boolean
language plpgsql
set search_path = pg_catalog, {schema}, pg_temp
set enable_seqscan = off
as $$
declare
  v_person uuid;
  v_after uuid;
  v_tickets uuid[];
begin
  select e.person_id, e.names_up_to into v_person, v_after
  from erased_people e where not e.is_done order by e.erased_at limit 1 for update skip locked;
  if not found then
    return false;
  end if;
  v_tickets := array(select t.id from support_tickets t where t.id > coalesce(v_after, '00000000-0000-0000-0000-000000000000') order by t.id limit p_limit);
  perform erasure_forget_names(v_person, v_tickets);
  update erased_people e
  set names_up_to = coalesce(v_tickets[cardinality(v_tickets)], e.names_up_to), is_done = cardinality(v_tickets) < p_limit
  where e.person_id = v_person;
  return true;
end
$$;
