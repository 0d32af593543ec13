-- Returns the tickets with events that became visible after the snapshot `p_since`, and reads at most `p_events_max` events. If there are more
-- events, for example during an import, the function returns the `p_latest` most recently active tickets instead, and `is_complete` is false. Without
-- this limit, reading millions of events would exceed the statement timeout, and every later call would fail because it starts at the same snapshot.
--
-- The upper bound on `xid` matters only if the transaction counter was set back by hand; otherwise the counter only rises.
create or replace function support_sweep_events(p_since text, p_events_max bigint, p_latest bigint)
returns table (snapshot text, epoch text, tickets uuid[], seqs bigint[], is_complete boolean)
language plpgsql volatile security definer
set search_path = pg_catalog, {schema}, pg_temp
set plan_cache_mode = force_generic_plan
set max_parallel_workers_per_gather = 0
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set enable_material = off
as $$
#variable_conflict use_column
declare
  v_cluster constant bigint := helpline_cluster();
begin
  -- Use a single statement, so that the returned snapshot is the snapshot in which the events were read.
  return query
    with found as materialized (
      select f.ticket_id, f.seq
      from (
        select a.ticket_id, a.seq from support_ticket_activity a
        where a.cluster = v_cluster and a.xid >= pg_snapshot_xmax(p_since::pg_snapshot) and a.xid < pg_snapshot_xmax(pg_current_snapshot())
        union all
        select e.ticket_id, e.seq
        from pg_snapshot_xip(p_since::pg_snapshot) as p (xid)
        cross join lateral (
          select a.ticket_id, a.seq from support_ticket_activity a where a.cluster = v_cluster and a.xid = p.xid offset 0
        ) e
      ) f
      limit p_events_max + 1
    ), whole as (
      select count(*) <= p_events_max as it from found
    ), moved as (
      select f.ticket_id, max(f.seq) as seq from found f where (select w.it from whole w) group by f.ticket_id
      union all
      (select h.ticket_id, h.seq from support_ticket_heads h
       where not (select w.it from whole w)
       order by h.last_activity_at desc, h.ticket_id desc
       limit p_latest)
    )
    select pg_current_snapshot()::text, helpline_epoch(), coalesce(array_agg(m.ticket_id), '{}'), coalesce(array_agg(m.seq), '{}'),
           (select w.it from whole w)
    from moved m;
end
$$;
grant execute on function support_sweep_events(text, bigint, bigint) to {service};
