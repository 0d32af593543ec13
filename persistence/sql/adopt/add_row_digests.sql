-- Remembers the source rows from which newer messages and events were stored.
update {schema}.adopted_tickets a set row_digests = a.row_digests || $2::text::jsonb where a.ticket_id = $1
