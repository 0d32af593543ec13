-- The same rule as core's `Status::is_over`. The trigger's condition repeats it: that one is asked as whoever writes.
create or replace function support_is_over(p_status text) returns boolean
language sql immutable parallel safe
as $$
  select p_status in ('resolved', 'closed')
$$;
