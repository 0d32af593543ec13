-- Appends newer rows to a ticket.
select {schema}.adopt_append($1::text::jsonb, $2::text::jsonb)
