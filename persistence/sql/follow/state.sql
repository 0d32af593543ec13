-- Returns how far each consumer is.
select name, paused_at, events, moved_at, waiting, oldest_at, faults, held from {schema}.consumers_state($1)
