-- Stores a value that was copied by itself.
insert into {schema}.adopted_originals (ticket_id, source, row_id, field, message_id, original)
values ($1, $2, $3, $4, $5, $6::text::jsonb)
on conflict on constraint adopted_originals_pkey do nothing
