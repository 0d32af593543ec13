-- Script for pgbench: the rows of one message, with the same lock and lookup of the key, written to
-- the plain tables in a transaction. It is the least that a commit of one message can cost.
\set n random(1, :tickets)
begin;
select t.id as ticket, t.user_id as sender, gen_random_uuid() as message, p.display_name as name from load_bench_tickets b join plain.support_tickets t on t.id = b.ticket_id join people p on p.id = t.user_id where b.n = :n for no key update of t \gset
select count(*) as known from plain.support_messages where ticket_id = :ticket and sender_id = :sender and key = :message \gset
update plain.support_ticket_heads set seq = seq + 1, public_seq = public_seq + 1, last_activity_at = clock_timestamp(), public_last_activity_at = clock_timestamp(), waiting_since = coalesce(waiting_since, clock_timestamp()) where ticket_id = :ticket returning seq, public_seq \gset
insert into plain.support_messages (id, ticket_id, sender_id, sender_type, body, key, key_digest, ip_address, user_agent) values (:message, :ticket, :sender, 'customer', '$TEXT', :message, sha256('$TEXT'), '203.0.113.9', 'it/2');
insert into plain.support_ticket_activity (ticket_id, seq, public_seq, kind, actor_id, actor_type, public_actor_name, message_id, ip_address, user_agent, cluster) values (:ticket, :seq, :public_seq, 'message_added', :sender, 'customer', :name, :message, '203.0.113.9', 'it/2', 1);
commit;
