-- Returns timers that are due, without locking them.
select id, kind, ticket_id, fire_at from {schema}.timers_due($1, $2, $3, $4)
