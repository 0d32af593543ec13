-- Pauses or resumes a consumer. The session acts as the owner, without claims.
select {schema}.consumers_pause($1, $2)
