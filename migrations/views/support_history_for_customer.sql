-- An event as the customer of its ticket may see it. The Rust service decodes the columns by position, in this order.
create or replace view support_history_for_customer with (security_invoker = true) as
select a.ticket_id, a.public_seq as seq, a.created_at, a.kind, a.actor_type, a.public_actor_name as actor_name,
       a.public_old_value as old_value, a.public_new_value as new_value,
       a.message_id, m.sender_type, m.body, m.attachments, m.key, m.created_at as message_created_at, m.edited_at, m.redacted_at
from support_ticket_activity a
left join support_messages m on m.id = a.message_id
where a.public_seq is not null;
grant select on support_history_for_customer to {customer};
