-- Retries or skips the event that a consumer could not handle.
select {schema}.consumers_resolve_fault($1, $2, $3, $4)
