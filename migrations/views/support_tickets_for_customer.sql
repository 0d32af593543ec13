create or replace view support_tickets_for_customer with (security_invoker = true) as
select t.id, t.ticket_number, t.subject, t.category, t.priority, t.status, t.assignee_name, t.satisfaction_rating, t.satisfaction_comment,
       t.created_at, t.resolved_at, t.closed_at, t.archived_at, h.public_last_activity_at as last_activity_at, h.public_seq as seq,
       coalesce(r.public_seq, 0) as read_seq, t.search_text
from support_tickets t
join support_ticket_heads h on h.ticket_id = t.id
left join support_read_positions r on r.ticket_id = t.id and r.person_id = (select support_current_user_id())
-- The customer role sees only the caller's own tickets. Members of staff also use this role to read tickets that they opened themselves.
where t.user_id = (select support_current_user_id());
grant select on support_tickets_for_customer to {customer};
