-- Returns the newest messages with files before a position, newest first. The policies of the customer role apply.
select x.seq, x.created_at, x.actor_name, x.message_id, x.attachments, null::boolean as is_internal
from {schema}.support_history_for_customer x
where x.ticket_id = $1 and x.seq < $2 and x.kind = 'message_added' and x.attachments <> '[]'
order by x.seq desc
limit $3
