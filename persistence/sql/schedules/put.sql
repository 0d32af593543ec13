-- Creates or changes a schedule. Returns whether anything changed.
select {schema}.schedules_put($1, $2, $3, $4, $5, $6)
