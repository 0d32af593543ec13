-- Returns a message's attachments as staff may read them. The policies of the staff role apply.
select m.attachments from {schema}.support_messages m where m.ticket_id = $1 and m.id = $2 and m.redacted_at is null
