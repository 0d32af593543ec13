-- Does the next portion of a run. Returns the tickets that it changed, as they were, and those that it could not change, with the error.
select ticket_id, status, since, archived_at, is_held, error from {schema}.retention_act($1, $2, $3, $4, $5)
