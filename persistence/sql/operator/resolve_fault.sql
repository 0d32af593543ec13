-- Retries or skips a failed event. The session acts as the owner, without claims.
select {schema}.consumers_resolve_fault($1, $2, $3, $4)
