-- Returns the events of one cluster that are not visible in the snapshot `p_seen`, visible in `p_upto`, and after a position in the order of ticket
-- and `seq`. Without `p_upto`, it returns all that are not visible in `p_seen`: for a former cluster, in which no transaction is running.
-- At most `p_limit` events are read, which is null for all. Transaction numbers of different clusters must not be compared.
create or replace function consumers_unseen(p_cluster bigint, p_seen pg_snapshot, p_upto pg_snapshot, p_ticket uuid, p_seq bigint, p_limit bigint)
returns table (ticket_id uuid, seq bigint, xid xid8, created_at timestamptz)
language plpgsql stable
set search_path = pg_catalog, {schema}, pg_temp
set plan_cache_mode = force_generic_plan
set max_parallel_workers_per_gather = 0
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
#variable_conflict use_column
begin
  return query
    (select a.ticket_id, a.seq, a.xid, a.created_at from support_ticket_activity a
     where a.cluster = p_cluster and a.xid >= pg_snapshot_xmax(p_seen)
       and (p_upto is null or a.xid < pg_snapshot_xmax(p_upto) and pg_visible_in_snapshot(a.xid, p_upto))
       and (p_ticket is null or (a.ticket_id, a.seq) > (p_ticket, p_seq))
     union all
     -- Transactions that were running when `p_seen` was taken. `offset 0` makes this one index lookup for each of them. Without it, the planner may
     -- read all events of the cluster, in particular after an import, whose events have one transaction number.
     select a.ticket_id, a.seq, a.xid, a.created_at
     from pg_snapshot_xip(p_seen) r (xid)
     cross join lateral (
       select x.ticket_id, x.seq, x.xid, x.created_at from support_ticket_activity x where x.cluster = p_cluster and x.xid = r.xid offset 0
     ) a
     where (p_upto is null or pg_visible_in_snapshot(a.xid, p_upto))
       and (p_ticket is null or (a.ticket_id, a.seq) > (p_ticket, p_seq)))
    limit p_limit;
end
$$;
