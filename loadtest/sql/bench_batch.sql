-- The statement with which the gateway appends messages, run without a gateway. Selects only the
-- columns that the benchmark reads.
select a.n, a.code from support_append_events($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) a
