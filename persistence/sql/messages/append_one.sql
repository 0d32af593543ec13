-- One statement and one commit for a single message. Returns its result first, then the events; the event of a stored message may be in the first row.
select * from {schema}.support_append_one($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
