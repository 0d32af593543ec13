-- Reserves a consumer for this transaction and returns what there is to do, with the next events of
-- its window. It writes nothing.
select state, upto, tickets, seqs, xids, skips from {schema}.consumers_poll($1, $2, $3, $4)
