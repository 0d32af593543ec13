-- Takes a timer that is due, and deletes it in this transaction.
select state, kind, ticket_id, key, due_at, payload, attempts, fire_at from {schema}.timers_claim($1)
