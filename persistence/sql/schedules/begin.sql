-- Begins the run of a period. Returns false if another instance was faster.
select {schema}.schedules_begin($1, $2, $3, $4, $5, $6)
