-- A single statement, and so a single snapshot: no event can fall between the result and the snapshot at which the next sweep starts. The start time
-- of the server, in microseconds, tells a copy of the data directory from its original.
select snapshot, epoch, tickets, seqs, (extract(epoch from pg_postmaster_start_time()) * 1000000)::bigint, is_complete
from {schema}.support_sweep_events($1, $2, $3)
