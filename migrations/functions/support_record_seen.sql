-- Records that these people are connected now. Each instance calls this function for the people who are connected to it. Rows are updated in the
-- order of the primary key, and a row that another instance is updating is skipped.
create or replace function support_record_seen(p_users uuid[], p_older_than_ms bigint) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, {schema}, pg_temp
set plan_cache_mode = force_generic_plan
set max_parallel_workers_per_gather = 0
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set enable_material = off
as $$
begin
  update people p set last_seen_at = now()
  from (
    select x.id from people x
    where x.id = any (p_users) and (x.last_seen_at is null or x.last_seen_at < now() - p_older_than_ms * interval '1 millisecond')
    order by x.id
    for no key update skip locked
  ) d
  where p.id = d.id;
end
$$;
grant execute on function support_record_seen(uuid[], bigint) to {service};
