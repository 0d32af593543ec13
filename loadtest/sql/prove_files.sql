-- The messages with files of these tickets, one row per file.
select m.key, (f ->> 'id')::uuid, f ->> 'state'
from helpline.support_messages m, jsonb_array_elements(m.attachments) f
where m.ticket_id = any ($1)
