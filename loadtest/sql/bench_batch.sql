-- The gateway's one statement for the hot path, driven without a gateway; only the answers are read.
select a.n, a.code from support_append_events($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) a
