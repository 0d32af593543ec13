-- The statement that the gateway uses to append messages. The benchmark runs it without a gateway
-- and selects only the columns that it reads.
select a.n, a.code from support_append_events($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) a
