-- Returns the newest messages and notes with files before a position, newest first. The policies of the staff role apply.
select x.seq, x.created_at, x.actor_name, x.message_id, x.attachments, x.is_internal
from {schema}.support_events x
where x.ticket_id = $1 and x.seq < $2 and x.kind in ('message_added', 'internal_note_added') and x.attachments <> '[]'
order by x.seq desc
limit $3
