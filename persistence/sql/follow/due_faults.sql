-- Returns failed events that are due for another attempt, each with the skipped events that follow
-- it on its ticket. The columns are those of events.sql, and the last skipped event.
select (p.event).*, p.metadata, p.last_seq from {schema}.consumers_due_faults($1, $2) p
