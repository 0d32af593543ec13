-- Script for pgbench: appends one message with the SQL function that the gateway uses for a message
-- alone.
\set n random(1, :tickets)
select a.code from load_bench_tickets b cross join lateral support_append_one(true, gen_random_uuid(), b.ticket_id, b.user_id, gen_random_uuid()::text, '$TEXT', false, '[]'::jsonb, null::bigint, '203.0.113.9'::inet, 'it/2') a where b.n = :n;
