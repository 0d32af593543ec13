-- Counts the background work that is left: events that a consumer has not passed, tickets with a failed event, timers, and open deliveries.
select coalesce(sum(s.waiting), 0)::bigint, coalesce(sum(s.faults), 0)::bigint,
       (select count(*) from timers), (select count(*) from deliveries d where d.done_at is null and d.dead_at is null)
from consumers_state(10000) s
