-- Adds the generated tickets to the ticket counts. Triggers maintain these counts in normal
-- operation, but the benchmark inserts its tickets with triggers disabled.
insert into support_ticket_tallies as a (metric, amount)
select k.metric, sum(k.amount)
from support_tickets t
cross join lateral support_tally_of(t.status, t.priority, t.assigned_to, t.archived_at, t.created_at, t.resolved_at, t.closed_at,
  t.satisfaction_rating) k
where t.id >= ('01900000-0000-7000-8000-' || lpad(to_hex($1::bigint), 12, '0'))::uuid
  and t.id < ('01900000-0000-7000-8000-' || lpad(to_hex($2::bigint), 12, '0'))::uuid
group by k.metric
on conflict on constraint support_ticket_tallies_pkey do update set amount = a.amount + excluded.amount
