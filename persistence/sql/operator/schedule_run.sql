-- Makes a schedule due now, and returns whether it is paused. The session acts as the owner, without claims.
select {schema}.schedules_run($1)
