-- The tickets of other people, as staff see them. Tickets that a member of staff opened as a customer are in `support_own_tickets_for_staff`, because
-- the policies hide the heads (last event numbers) of these tickets from the staff role.
--
-- `sort_at` and `sort_id` are only for sorting. Both are columns of one index, so that a page can start in the index where the previous page ended.
create or replace view support_tickets_for_staff with (security_invoker = true) as
select t.id, t.ticket_number, t.subject, t.category, t.priority, t.status, t.user_id, c.display_name as customer_name, t.customer_email,
       t.assigned_to, a.display_name as assignee_name, t.assigned_at, t.satisfaction_rating, t.satisfaction_comment,
       t.created_at, t.updated_at, t.first_response_at, t.resolved_at, t.closed_at, t.archived_at,
       h.last_activity_at, h.seq, coalesce(r.seq, 0) as read_seq, h.last_activity_at as sort_at, h.ticket_id as sort_id,
       case when not h.is_over then h.waiting_since end as waiting_since
from support_tickets t
join support_ticket_heads h on h.ticket_id = t.id
left join people c on c.id = t.user_id
left join people a on a.id = t.assigned_to
left join support_read_positions r on r.ticket_id = t.id and r.person_id = (select support_current_user_id());
grant select on support_tickets_for_staff to {staff};
