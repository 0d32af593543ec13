create or replace function support_summaries(p_tickets uuid[]) returns setof support_tickets_for_staff
language plpgsql stable security definer
set search_path = pg_catalog, {schema}, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
#variable_conflict use_column
begin
  return query
    select t.* from support_tickets_for_staff t where t.id = any (p_tickets);
end
$$;
grant execute on function support_summaries(uuid[]) to {service};
