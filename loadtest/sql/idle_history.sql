-- Adds 100 messages of ordinary length to each of these tickets, with their history events, while
-- triggers are disabled. The tickets have only the event of their creation before.
with tickets as (
  select t.id as ticket, t.customer, row_number() over () as n
  from unnest($1::uuid[], $2::uuid[]) as t (id, customer)
), messages as (
  insert into support_messages (id, ticket_id, sender_id, sender_type, body)
  select gen_random_uuid(), t.ticket, t.customer, 'customer', 'This is what people write when something does not work: ' || md5(t.n::text || k)
  from tickets t, generate_series(1, 100) k
  returning id, ticket_id, sender_id
), numbered as (
  select m.*, 1 + row_number() over (partition by m.ticket_id) as seq
  from messages m
), history as (
  insert into support_ticket_activity (ticket_id, seq, public_seq, kind, actor_id, actor_type, public_actor_name, message_id)
  select n.ticket_id, n.seq, n.seq, 'message_added', n.sender_id, 'customer', 'Customer Load', n.id
  from numbered n
)
update support_ticket_heads h
set seq = 101, public_seq = 101
from tickets t
where h.ticket_id = t.ticket
