-- The tickets of which a member of staff is the customer, in the columns of `support_tickets_for_staff`: with a customer's number and time, which
-- no note moves.
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
-- For the index: the function gives no others.
where t.user_id = (select support_current_user_id());
grant select on support_own_tickets_for_staff to {staff};
