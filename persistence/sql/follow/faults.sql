-- Returns the tickets that consumers hold because an event failed.
select consumer, ticket_id, seq, last_seq, attempts, error, failed_at, held_at from {schema}.consumers_list_faults($1)
