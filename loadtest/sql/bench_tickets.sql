-- Maps the numbers that pgbench draws to tickets. Unlogged, because the table is only read and is
-- dropped with the run's database.
create unlogged table if not exists load_bench_tickets (n integer primary key, ticket_id uuid not null, user_id uuid not null)
