-- What became visible since a snapshot, as one sweep reads it: so many events at most. If there are more (an import), it names the tickets that
-- were active last instead, and says so: counting millions of rows would take longer than a statement may, again and again, because the next
-- sweep would begin at the same snapshot. The upper bound says nothing new in a cluster whose counter only rises; it is there for one that was
-- set back by hand.
create or replace function support_sweep_events(p_since text, p_events_max bigint, p_latest bigint)
returns table (snapshot text, epoch text, tickets uuid[], seqs bigint[], is_complete boolean)
language plpgsql volatile security definer
set search_path = pg_catalog, {schema}, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
#variable_conflict use_column
declare
  v_cluster constant bigint := helpline_cluster();
begin
  -- One statement, so that the snapshot that it gives is the one that it read.
  return query
    with found as materialized (
      select f.ticket_id, f.seq
      from (
        select a.ticket_id, a.seq from support_ticket_activity a
        where a.cluster = v_cluster and a.xid >= pg_snapshot_xmax(p_since::pg_snapshot) and a.xid < pg_snapshot_xmax(pg_current_snapshot())
        union all
        select a.ticket_id, a.seq from support_ticket_activity a
        where a.cluster = v_cluster and a.xid = any (array(select pg_snapshot_xip(p_since::pg_snapshot)))
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
