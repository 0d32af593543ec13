-- Returns what one ticket contributes to the statistics. Archived tickets contribute nothing.
create or replace function support_tally_of(
  p_status text, p_priority text, p_assigned_to uuid, p_archived_at timestamptz, p_created_at timestamptz, p_resolved_at timestamptz,
  p_closed_at timestamptz, p_rating integer
) returns table (metric text, amount bigint)
language sql immutable parallel safe
as $$
  select v.metric, v.amount
  from (values
    (p_status, 1::bigint),
    ('urgent', case when p_priority = 'urgent' and p_status not in ('resolved', 'closed') then 1 end),
    ('high', case when p_priority = 'high' and p_status not in ('resolved', 'closed') then 1 end),
    ('unassigned', case when p_assigned_to is null and p_status not in ('resolved', 'closed') then 1 end),
    ('resolutions', case when coalesce(p_resolved_at, p_closed_at) is not null then 1 end),
    ('resolution_seconds', extract(epoch from coalesce(p_resolved_at, p_closed_at) - p_created_at)::bigint),
    ('ratings', case when p_rating is not null then 1 end),
    ('rating_points', p_rating)
  ) v (metric, amount)
  where v.amount is not null and p_archived_at is null
$$;
