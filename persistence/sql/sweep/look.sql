-- Returns the tickets with new events, in a single statement and therefore from one snapshot. The
-- next call starts at the returned snapshot, so no event can be missed between the calls. The
-- server's start time, in microseconds, distinguishes a copy of the data directory from its
-- original.
select snapshot, epoch, tickets, seqs, (extract(epoch from pg_postmaster_start_time()) * 1000000)::bigint, is_complete
from {schema}.support_sweep_events($1, $2, $3)
