-- Script for pgbench: appends one message with the SQL function that the gateway uses for batches.
\set n random(1, :tickets)
select a.code from load_bench_tickets b cross join lateral support_append_events(true, array[gen_random_uuid()], array[b.ticket_id], array[b.user_id], array[gen_random_uuid()::text], array['$TEXT'], array[false], array['[]'::jsonb], array[null::bigint], array[null::inet], array[null::text]) a where b.n = :n;
