-- Counts what runs of these kinds would do now. Changes nothing. The counts say nothing about single tickets, so the service's role may ask.
create or replace function retention_dry_run(p_kinds text[], p_unguarded_max bigint)
returns table (kind text, months integer, cutoff timestamptz, total bigint, due bigint, skipped jsonb, oldest timestamptz, needs_approval boolean)
language plpgsql stable security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
#variable_conflict use_column
begin
  return query
    select k.kind, m.months, c.cutoff, p.total, p.due, p.skipped, p.oldest,
      p.due > p_unguarded_max and p.due::numeric * 100 > p.total::numeric * (select y.share_max_percent from retention_policy() y)
    from unnest(p_kinds) with ordinality k (kind, n)
    cross join lateral retention_months(k.kind) m (months)
    cross join lateral retention_cutoff(clock(), m.months) c (cutoff)
    cross join lateral retention_plan(k.kind, c.cutoff) p
    order by k.n;
end
$$;
grant execute on function retention_dry_run(text[], bigint) to {service};
