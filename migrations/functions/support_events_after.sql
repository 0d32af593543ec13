-- Returns, for each ticket in `p_tickets`, at most `p_limit` events after the position with the same index in `p_after`.
create or replace function support_events_after(p_tickets uuid[], p_after bigint[], p_limit integer) returns setof support_events
language plpgsql stable security definer
set search_path = pg_catalog, {schema}, pg_temp
set plan_cache_mode = force_generic_plan
set max_parallel_workers_per_gather = 0
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set enable_material = off
as $$
#variable_conflict use_column
begin
  return query
    select r.*
    from unnest(p_tickets, p_after) as b (ticket_id, after)
    cross join lateral (
      select x.* from support_events x where x.ticket_id = b.ticket_id and x.seq > b.after order by x.seq limit p_limit
    ) r
    order by r.ticket_id, r.seq;
end
$$;
grant execute on function support_events_after(uuid[], bigint[], integer) to {service};
