create or replace function support_summaries(p_tickets uuid[]) returns setof support_tickets_for_staff
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
    select t.*
    from (select distinct unnest(p_tickets)) u (id)
    cross join lateral (select s.* from support_tickets_for_staff s where s.id = u.id offset 0) t;
end
$$;
grant execute on function support_summaries(uuid[]) to {service};
