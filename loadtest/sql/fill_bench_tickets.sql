-- Replaces the tickets of an earlier benchmark run with this run's tickets.
insert into load_bench_tickets (n, ticket_id, user_id)
select t.n, t.ticket_id, t.user_id
from unnest($1::uuid[], $2::uuid[]) with ordinality as t (ticket_id, user_id, n)
on conflict (n) do update set ticket_id = excluded.ticket_id, user_id = excluded.user_id
