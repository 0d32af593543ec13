-- Returns, for each of these kinds, how many timers are due (at most `p_count_max` are counted), when the earliest of them was due, and how many wait for
-- an admin.
create or replace function timers_state(p_kinds text[], p_count_max bigint)
returns table (kind text, due bigint, oldest_at timestamptz, held bigint)
language plpgsql stable security definer
set search_path = pg_catalog, {schema}, pg_temp
set enable_seqscan = off
as $$
#variable_conflict use_column
begin
  return query
    select k.kind, d.due, d.oldest_at, h.held
    from unnest(p_kinds) as k (kind)
    cross join lateral (
      select count(*) as due, min(x.fire_at) as oldest_at
      from (select t.fire_at from timers t where t.kind = k.kind and t.held_at is null and t.fire_at <= clock()
            order by t.fire_at limit p_count_max) x
    ) d
    cross join lateral (select count(*) as held from timers t where t.held_at is not null and t.kind = k.kind) h;
end
$$;
grant execute on function timers_state(text[], bigint) to {service};
