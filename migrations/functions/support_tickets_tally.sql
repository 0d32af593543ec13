create or replace function support_tickets_tally() returns trigger
language plpgsql security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  if tg_op = 'INSERT' then
    insert into support_ticket_tally_deltas (metric, amount)
    select k.metric, sum(k.amount)
    from changed n
    cross join lateral support_tally_of(n.status, n.priority, n.assigned_to, n.archived_at, n.created_at, n.resolved_at, n.closed_at,
      n.satisfaction_rating) k
    group by k.metric having sum(k.amount) <> 0;
  elsif tg_op = 'DELETE' then
    insert into support_ticket_tally_deltas (metric, amount)
    select k.metric, -sum(k.amount)
    from before o
    cross join lateral support_tally_of(o.status, o.priority, o.assigned_to, o.archived_at, o.created_at, o.resolved_at, o.closed_at,
      o.satisfaction_rating) k
    group by k.metric having sum(k.amount) <> 0;
  else
    insert into support_ticket_tally_deltas (metric, amount)
    select k.metric, sum(s.sign * k.amount)
    from (
      select 1 as sign, n.status, n.priority, n.assigned_to, n.archived_at, n.created_at, n.resolved_at, n.closed_at, n.satisfaction_rating
      from changed n
      union all
      select -1, o.status, o.priority, o.assigned_to, o.archived_at, o.created_at, o.resolved_at, o.closed_at, o.satisfaction_rating
      from before o
    ) s
    cross join lateral support_tally_of(s.status, s.priority, s.assigned_to, s.archived_at, s.created_at, s.resolved_at, s.closed_at,
      s.satisfaction_rating) k
    group by k.metric having sum(s.sign * k.amount) <> 0;
  end if;
  return null;
end
$$;
