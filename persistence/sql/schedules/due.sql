-- Returns the schedules that are due, and the present time.
select name, zone, wall_time, every, on_day, next_at, now_at from {schema}.schedules_due($1)
