-- Returns the last events before a position, oldest first, and the ticket's last event number, from
-- one snapshot. The policies of the staff role apply.
--
-- Returns events of every kind, or only messages ($4). The page ends when its events have reached
-- $5 bytes, but it always contains the event nearest to the position.
select h.seq, r.*
from {schema}.support_ticket_heads h
left join lateral (
  select x.*,
         sum(coalesce(octet_length(x.body), 0) + coalesce(octet_length(x.attachments::text), 0) + coalesce(octet_length(x.old_value), 0)
             + coalesce(octet_length(x.new_value), 0) + coalesce(octet_length(x.description), 0))
           over (order by x.seq desc rows between unbounded preceding and 1 preceding) as bytes_before
  from (
    select x.* from {schema}.support_events x
    where x.ticket_id = h.ticket_id and x.seq < $2 and ($4 or x.kind in ('message_added', 'internal_note_added'))
    order by x.seq desc limit $3
  ) x
) r on coalesce(r.bytes_before, 0) < $5
where h.ticket_id = $1
order by r.seq
