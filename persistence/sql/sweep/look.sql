-- One statement, one snapshot: nothing falls between the rows and the snapshot of the next look. The server's start, in microseconds,
-- tells a copy of the data directory from its original.
select snapshot, epoch, tickets, seqs, (extract(epoch from pg_postmaster_start_time()) * 1000000)::bigint, is_complete
from {schema}.support_sweep_events($1, $2, $3)
