-- Returns the timers that wait for an admin.
select id, kind, ticket_id, key, due_at, attempts, error, held_at from {schema}.timers_list_held($1)
