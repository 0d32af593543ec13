-- Returns the reader's read position in each ticket, moved forward past the reader's own events
-- until the first event by another person. At most $4 events are read per ticket, so that many own
-- events in a row cost no more than a page of history. The check of a file counts as read.
select w.ticket_id, coalesce(f.seq - 1, least(w.seq, w.read_seq + $4))
from unnest($1::uuid[], $2::bigint[], $3::bigint[]) as w (ticket_id, read_seq, seq)
left join lateral (
  select n.seq
  from (
    select a.seq, a.actor_id, a.kind from {schema}.support_ticket_activity a
    where a.ticket_id = w.ticket_id and a.seq > w.read_seq order by a.seq limit $4
  ) n
  where n.actor_id is distinct from (select {schema}.support_current_user_id())
    and n.kind not in ('attachment_checked', 'internal_attachment_checked')
  order by n.seq limit 1
) f on true
