-- Returns the numbers of these tickets. Tickets that do not exist are left out.
create or replace function support_ticket_numbers_of(p_tickets uuid[]) returns table (id uuid, ticket_number text)
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
  return query select t.id, t.ticket_number from support_tickets t where t.id = any (p_tickets);
end
$$;
grant execute on function support_ticket_numbers_of(uuid[]) to {service};
