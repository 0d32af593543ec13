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

-- Which tickets match: every pattern as a substring, the first (the longest word) by the trigram index; or the exact number.
-- A definer, because `like` is not leakproof: under the staff's policy the planner must not use the index for it. Only ids come back,
-- and the query around it sees tickets through the policies again. The newest first, up to a bound, for words that match everything.
create function support_search_tickets(p_patterns text[], p_number text, p_limit integer) returns setof uuid
language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp
set plan_cache_mode = force_custom_plan
as $$
begin
  if not support_is_staff() then
    return;
  end if;
  return query
    select n.id from support_tickets n where n.ticket_number = p_number
    union
    select f.id
    from (
      select t.id from support_tickets t
      where t.search_text like lower(p_patterns[1]) and t.search_text like all (select lower(p) from unnest(p_patterns) p)
      order by t.created_at desc, t.id desc
      limit p_limit
    ) f;
end
$$;
grant execute on function support_search_tickets(text[], text, integer) to helpline_staff;

reset role;
