-- Returns these events, each with its `metadata`. Events that do not exist any more are left out.
create or replace function consumers_events(p_tickets uuid[], p_seqs bigint[]) returns table (event support_events, metadata jsonb)
language plpgsql stable security definer
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
    select e.event, a.metadata
    from unnest(p_tickets, p_seqs) as p (ticket_id, seq)
    -- By their order, these lookups can use only the primary key, also if they are planned for tickets with short histories.
    cross join lateral (
      select x.seq, x.metadata from support_ticket_activity x where x.ticket_id = p.ticket_id and x.seq >= p.seq order by x.seq limit 1
    ) a
    cross join lateral (
      select x as event from support_events x where x.ticket_id = p.ticket_id and x.seq >= p.seq order by x.seq limit 1
    ) e
    where a.seq = p.seq;
end
$$;
grant execute on function consumers_events(uuid[], bigint[]) to {service};
