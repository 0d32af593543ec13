-- Pauses or resumes a schedule. The session acts as the owner, without claims.
select {schema}.schedules_pause($1, $2)
