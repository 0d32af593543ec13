-- Makes a schedule due now.
select {schema}.schedules_run($1)
