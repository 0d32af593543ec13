-- Script for pgbench: inserts one message in its own transaction. This is the cheapest way to write
-- the rows that the gateway writes: triggers number the message and add its history event.
\set n random(1, :tickets)
insert into support_messages (id, ticket_id, sender_id, sender_type, body, key, key_digest) select gen_random_uuid(), b.ticket_id, b.user_id, 'customer', '$TEXT', gen_random_uuid()::text, sha256('$TEXT') from load_bench_tickets b where b.n = :n;
