-- Returns the time before which a ticket must have been closed or archived, or an entry written, to be due: so many calendar months ago, in UTC.
-- `core` has the same rule.
create or replace function retention_cutoff(p_now timestamptz, p_months integer) returns timestamptz
language sql immutable parallel safe
as $$
  select (p_now at time zone 'UTC' - make_interval(months => p_months)) at time zone 'UTC'
$$;
