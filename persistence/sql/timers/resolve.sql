-- Tries a held timer again, or removes it.
select {schema}.timers_resolve($1, $2)
