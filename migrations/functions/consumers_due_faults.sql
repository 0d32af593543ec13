-- Returns events of tickets whose failed event is due for another attempt: the failed event, and the later ones that were skipped, in the order of
-- ticket and `seq`. It locks the tickets' rows in `consumer_faults` against admins who retry or skip.
create or replace function consumers_due_faults(p_name text, p_rows_max bigint) returns table (event support_events, metadata jsonb, last_seq bigint)
language plpgsql volatile security definer
set search_path = pg_catalog, {schema}, pg_temp
set plan_cache_mode = force_generic_plan
set max_parallel_workers_per_gather = 0
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
#variable_conflict use_column
declare
  v_tickets uuid[];
begin
  select array_agg(d.ticket_id) into v_tickets
  from (
    select f.ticket_id from consumer_faults f
    where f.consumer = p_name and f.held_at is null and f.next_at <= clock()
    order by f.next_at
    limit p_rows_max
    for update skip locked
  ) d;
  return query
    select e.event, a.metadata, f.last_seq
    from unnest(v_tickets) as d (ticket_id)
    cross join lateral (
      select x.seq, x.last_seq, x.ticket_id from consumer_faults x where x.consumer = p_name and x.ticket_id = d.ticket_id offset 0
    ) f
    cross join lateral (
      select a.ticket_id, a.seq, a.metadata from support_ticket_activity a
      where a.ticket_id = f.ticket_id and a.seq between f.seq and f.last_seq
      order by a.seq
      limit p_rows_max
    ) a
    -- By its order, this lookup can use only the primary key.
    cross join lateral (
      select x as event from support_events x where x.ticket_id = a.ticket_id and x.seq >= a.seq order by x.seq limit 1
    ) e
    order by a.ticket_id, a.seq
    limit p_rows_max;
end
$$;
grant execute on function consumers_due_faults(text, bigint) to {service};
