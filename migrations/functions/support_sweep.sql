-- Used by instances of the previous build, which set no maximum number of events; `support_sweep_events` replaces this function. The upper bound on
-- `xid` matters only if the transaction counter was set back by hand; otherwise the counter only rises.
create or replace function support_sweep(p_since text) returns table (snapshot text, epoch text, tickets uuid[], seqs bigint[])
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
  return query
    with moved as (
      select f.ticket_id, max(f.seq) as seq
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
      group by f.ticket_id
    )
    select pg_current_snapshot()::text, helpline_epoch(), coalesce(array_agg(m.ticket_id), '{}'), coalesce(array_agg(m.seq), '{}')
    from moved m;
end
$$;
grant execute on function support_sweep(text) to {service};
