-- Head and rows from one snapshot; the head also when there are no rows. Seen through the staff role's policies.
select h.seq, r.*
from {schema}.support_ticket_heads h
left join lateral (
  select x.* from {schema}.support_events x where x.ticket_id = h.ticket_id and x.seq > $2 order by x.seq limit $3
) r on true
where h.ticket_id = $1
order by r.seq
