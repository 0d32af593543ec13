-- Plans deliveries in this transaction. Returns the ids of those that are new.
select id from {schema}.deliveries_plan($1, $2, $3, $4, $5, $6, $7) as p (id)
