-- Pauses or resumes a schedule.
select {schema}.schedules_pause($1, $2)
