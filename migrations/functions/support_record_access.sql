create or replace function support_record_access(
  p_users uuid[], p_actions text[], p_tickets uuid[], p_refused text[], p_addresses inet[], p_user_agents text[], p_details jsonb[]
) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, {schema}, pg_temp
set plan_cache_mode = force_generic_plan
set max_parallel_workers_per_gather = 0
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set enable_material = off
as $$
declare
  v_cluster constant bigint := helpline_cluster();
begin
  insert into access_log (user_id, action, ticket_id, refused, ip_address, user_agent, detail, cluster)
  select e.user_id, e.action, e.ticket_id, e.refused, e.ip_address, e.user_agent, e.detail, v_cluster
  from unnest(p_users, p_actions, p_tickets, p_refused, p_addresses, p_user_agents, p_details) with ordinality
    as e (user_id, action, ticket_id, refused, ip_address, user_agent, detail, n)
  order by e.n;
end
$$;
grant execute on function support_record_access(uuid[], text[], uuid[], text[], inet[], text[], jsonb[]) to {service};
