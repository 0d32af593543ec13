-- The tickets that a member of staff opened as a customer, with the columns of `support_tickets_for_staff`. The last event number and the time of the
-- last activity cover only public events, so internal notes do not change them.
create or replace view support_own_tickets_for_staff with (security_invoker = true) as
select t.id, t.ticket_number, t.subject, t.category, t.priority, t.status, t.user_id, c.display_name as customer_name, t.customer_email,
       t.assigned_to, a.display_name as assignee_name, t.assigned_at, t.satisfaction_rating, t.satisfaction_comment,
       t.created_at, t.updated_at, t.first_response_at, t.resolved_at, t.closed_at, t.archived_at,
       o.public_last_activity_at as last_activity_at, o.public_seq as seq, coalesce(o.read_seq, 0) as read_seq,
       o.public_last_activity_at as sort_at, t.id as sort_id, o.waiting_since
from support_own_positions() o
join support_tickets t on t.id = o.ticket_id
left join people c on c.id = t.user_id
left join people a on a.id = t.assigned_to
-- This condition does not change the result, because `support_own_positions` returns only the caller's tickets. It lets the planner use the index on
-- `user_id`.
where t.user_id = (select support_current_user_id());
grant select on support_own_tickets_for_staff to {staff};
