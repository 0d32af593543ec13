-- pgbench draws numbers; this says which ticket each is. Unlogged: it is read, and gone with the run's database.
create unlogged table if not exists load_bench_tickets (n integer primary key, ticket_id uuid not null, user_id uuid not null)
