-- Returns one person as staff see them. The network address and browser come from the person's
-- latest event, which is found by reading the histories of their most recently active tickets from
-- the end. An index on the actor would make this faster, but it would slow down every new message.
select w.id, p.display_name, p.email, p.last_seen_at, host(a.ip_address), a.user_agent, t.open, t.total, p.id is not null or t.ever > 0,
       p.blocked_at is not null
from (select $1::uuid as id) w
left join {schema}.people p on p.id = w.id
cross join lateral (
  select count(*) filter (where x.archived_at is null and x.status not in ('resolved', 'closed')) as open,
         count(*) filter (where x.archived_at is null) as total, count(*) as ever
  from {schema}.support_tickets x
  where x.user_id = w.id
) t
left join lateral (
  select l.ip_address, l.user_agent
  from (
    select h.ticket_id
    from {schema}.support_tickets x
    join {schema}.support_ticket_heads h on h.ticket_id = x.id
    where x.user_id = w.id
    order by h.public_last_activity_at desc
    limit $2
  ) m
  cross join lateral (
    select y.ip_address, y.user_agent, y.created_at
    from {schema}.support_ticket_activity y
    where y.ticket_id = m.ticket_id and y.actor_id = w.id and (y.ip_address is not null or y.user_agent is not null)
    order by y.seq desc
    limit 1
  ) l
  order by l.created_at desc
  limit 1
) a on true
