-- Returns a message's attachments as its customer may read them. The policies of the customer role apply.
select m.attachments from {schema}.support_messages m where m.ticket_id = $1 and m.id = $2 and m.redacted_at is null
