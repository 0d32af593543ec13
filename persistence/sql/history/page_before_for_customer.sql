-- The last rows before a place, oldest first; head and rows from one snapshot. Seen through the customer role's policies.
select h.public_seq, r.*
from {schema}.support_ticket_heads h
left join lateral (
  select x.* from {schema}.support_history_for_customer x where x.ticket_id = h.ticket_id and x.seq < $2 order by x.seq desc limit $3
) r on true
where h.ticket_id = $1
order by r.seq
