-- The function judges under the ticket's lock; the trigger logs.
select {schema}.support_rate_ticket($1, $2, $3)
