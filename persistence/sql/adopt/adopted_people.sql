-- The people whom the tickets of this source brought: owners, assignees, and those whom adopted events name; and whether they are blocked. One pass,
-- because there is no index of the actors.
select p.id, p.blocked_at is not null
from (
  select t.user_id as id
  from {schema}.adopted_tickets a join {schema}.support_tickets t on t.id = a.ticket_id
  where a.source = $1
  union
  select t.assigned_to
  from {schema}.adopted_tickets a join {schema}.support_tickets t on t.id = a.ticket_id join {schema}.support_ticket_heads h on h.ticket_id = t.id
  where a.source = $1 and h.seq = a.seq
  union
  select n.id
  from {schema}.adopted_tickets a
  join {schema}.support_ticket_activity e on e.ticket_id = a.ticket_id and e.metadata ? 'adopted'
  cross join lateral (values (e.actor_id), (case when e.kind in ('assigned', 'unassigned') then {schema}.adopt_uuid(e.old_value) end),
                             (case when e.kind in ('assigned', 'unassigned') then {schema}.adopt_uuid(e.new_value) end)) n (id)
  where a.source = $1
) x
join {schema}.people p on p.id = x.id
order by p.id
