-- Registers a consumer, unless it exists already. Returns whether it is new.
select {schema}.consumers_register($1, $2)
