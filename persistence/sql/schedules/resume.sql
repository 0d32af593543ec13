-- Takes over a run that was interrupted.
select schedule, period, progress, attempts from {schema}.schedules_resume($1, $2, $3)
