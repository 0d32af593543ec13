-- Whether an admin has paused the schedule.
select exists (select from {schema}.schedules_list() s where s.name = $1 and s.paused_at is not null)
