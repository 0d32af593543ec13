-- Returns timers of these kinds that are due, the earliest first, after a position in this order. It takes no locks. An instance asks only for kinds that
-- it knows, and that are not paused.
create or replace function timers_due(p_kinds text[], p_after_at timestamptz, p_after_id bigint, p_limit bigint)
returns table (id bigint, kind text, ticket_id uuid, fire_at timestamptz)
language plpgsql stable security definer
set search_path = pg_catalog, {schema}, pg_temp
set plan_cache_mode = force_generic_plan
set max_parallel_workers_per_gather = 0
set enable_seqscan = off
set enable_bitmapscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
#variable_conflict use_column
begin
  return query
    select d.id, d.kind, d.ticket_id, d.fire_at
    from unnest(p_kinds) as k (kind)
    cross join lateral (
      select t.id, t.kind, t.ticket_id, t.fire_at from timers t
      where t.kind = k.kind and t.held_at is null and t.fire_at <= clock() and (t.fire_at, t.id) > (p_after_at, p_after_id)
      order by t.fire_at, t.id
      limit p_limit
    ) d
    order by d.fire_at, d.id
    limit p_limit;
end
$$;
grant execute on function timers_due(text[], timestamptz, bigint, bigint) to {service};
