-- Returns all schedules, each with its last run.
select name, zone, wall_time, every, on_day, next_at, paused_at, period, started_at, done_at, error, progress
from {schema}.schedules_list()
