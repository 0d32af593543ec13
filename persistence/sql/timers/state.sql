-- Returns how many timers of each kind are due or held.
select kind, due, oldest_at, held from {schema}.timers_state($1, $2)
