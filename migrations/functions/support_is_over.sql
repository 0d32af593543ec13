-- The same rule as `Status::is_over` in core. The condition of the trigger repeats it, because that condition runs with the privileges of the writing
-- role.
create or replace function support_is_over(p_status text) returns boolean
language sql immutable parallel safe
as $$
  select p_status in ('resolved', 'closed')
$$;
