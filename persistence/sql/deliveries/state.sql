-- Returns figures about the deliveries of one kind.
select due, oldest_at, in_flight, dead from {schema}.deliveries_state($1, $2)
