-- Tickets as each side sees them, and the search over them.
-- Under traffic: new views and functions only; safe.

set local role helpline_owner;

-- On a ticket of their own, staff see what its customer sees: a note moves neither number nor time. `sort_at` and `sort_id`
-- are for the order alone: both columns of one index, so that a page begins where the one before ended.
create view support_tickets_for_staff with (security_invoker = true) as
select t.id, t.ticket_number, t.subject, t.category, t.priority, t.status, t.user_id, c.display_name as customer_name, t.customer_email,
       t.assigned_to, a.display_name as assignee_name, t.assigned_at, t.satisfaction_rating, t.satisfaction_comment,
       t.created_at, t.updated_at, t.first_response_at, t.resolved_at, t.closed_at, t.archived_at,
       case when t.user_id = (select support_current_user_id()) then h.public_last_activity_at else h.last_activity_at end as last_activity_at,
       case when t.user_id = (select support_current_user_id()) then h.public_seq else h.seq end as seq,
       coalesce(case when t.user_id = (select support_current_user_id()) then r.public_seq else r.seq end, 0) as read_seq,
       h.last_activity_at as sort_at, h.ticket_id as sort_id
from support_tickets t
join support_ticket_heads h on h.ticket_id = t.id
left join people c on c.id = t.user_id
left join people a on a.id = t.assigned_to
left join support_read_positions r on r.ticket_id = t.id and r.person_id = (select support_current_user_id());

create view support_tickets_for_customer with (security_invoker = true) as
select t.id, t.ticket_number, t.subject, t.category, t.priority, t.status, t.assignee_name, t.satisfaction_rating, t.satisfaction_comment,
       t.created_at, t.resolved_at, t.closed_at, t.archived_at, h.public_last_activity_at as last_activity_at, h.public_seq as seq,
       coalesce(r.public_seq, 0) as read_seq, t.search_text
from support_tickets t
join support_ticket_heads h on h.ticket_id = t.id
left join support_read_positions r on r.ticket_id = t.id and r.person_id = (select support_current_user_id())
-- The customer's role sees no others; staff who read their own tickets come under that role too.
where t.user_id = (select support_current_user_id());

grant select on support_tickets_for_staff to helpline_staff;
grant select on support_tickets_for_customer to helpline_customer;

create function support_summaries(p_tickets uuid[]) returns setof support_tickets_for_staff
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
  select t.* from support_tickets_for_staff t where t.id = any (p_tickets)
$$;
grant execute on function support_summaries(uuid[]) to helpline_service;

-- Which tickets match: every pattern as a substring, the first two (the longest words) by the trigram index; or the exact number.
-- At most `p_limit`, the newest. A definer, because `like` is not leakproof: under the staff's policy the planner must not use the index for
-- it. Only ids come back, and the query around it sees tickets through the policies again.
-- Under forced security the planner has no statistics for `like` either, so the two ways are chosen here: the matches of a rare word
-- are gathered and sorted; of a word that most tickets have, the newest are soon met by walking back in time. (A million tickets:
-- 2.6 s without the second way.)
create function support_search_tickets(p_patterns text[], p_number text, p_limit integer) returns setof uuid
language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp
set plan_cache_mode = force_custom_plan
set enable_seqscan = off
as $$
declare
  -- From here on walking is cheaper than sorting.
  v_common constant integer := 20000;
  v_patterns constant text[] := array(select lower(p) from unnest(p_patterns) with ordinality as u (p, n) order by n);
  v_found uuid[];
  v_count integer;
begin
  if not support_is_staff() then
    return;
  end if;
  return query select t.id from support_tickets t where t.ticket_number = p_number;
  -- Two letters between the wildcards have no trigram: the index would be read from end to end.
  if coalesce(char_length(v_patterns[1]), 0) < 5 then
    return;
  end if;
  select count(*), (array_agg(f.id order by f.created_at desc, f.id desc))[1:p_limit] into v_count, v_found
  from (
    select t.id, t.created_at from support_tickets t
    where t.search_text like v_patterns[1] and t.search_text like coalesce(v_patterns[2], v_patterns[1])
      and t.search_text like all (v_patterns)
    limit v_common
  ) f;
  if v_count < v_common then
    return query select unnest(v_found);
  else
    -- The empty string keeps the trigram index out of it.
    return query
      select t.id from support_tickets t
      where t.search_text || '' like all (v_patterns)
      order by t.created_at desc, t.id desc
      limit p_limit;
  end if;
end
$$;
grant execute on function support_search_tickets(text[], text, integer) to helpline_staff;

reset role;
