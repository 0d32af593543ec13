-- One call, one flight, one commit for a whole batch; the answers come first, then the history rows.
select * from {schema}.support_append_events($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
