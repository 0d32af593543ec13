-- Returns the events that the current transaction has written.
create or replace function support_events_written() returns setof support_events
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
declare
  v_cluster constant bigint := helpline_cluster();
begin
  return query
    select r.* from support_events r
    where r.cluster = v_cluster and r.xid = pg_current_xact_id_if_assigned()
    order by r.ticket_id, r.seq;
end
$$;
grant execute on function support_events_written() to {service};
