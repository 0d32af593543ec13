-- Returns whether a ticket with this status is over. `Status::is_over` in the Rust crate `core` has the same rule. The `when` condition of the
-- trigger on tickets repeats the rule instead of calling this function, because the condition runs with the privileges of the writing role.
create or replace function support_is_over(p_status text) returns boolean
language sql immutable parallel safe
as $$
  select p_status in ('resolved', 'closed')
$$;
