-- Maps the numbers that pgbench draws to tickets. The table is unlogged (not written to the WAL),
-- because it is dropped together with the benchmark run's database.
create unlogged table if not exists load_bench_tickets (n integer primary key, ticket_id uuid not null, user_id uuid not null)
