create or replace function support_heads(p_tickets uuid[]) returns table (ticket_id uuid, seq bigint, public_seq bigint)
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
    select h.ticket_id, h.seq, h.public_seq from support_ticket_heads h where h.ticket_id = any (p_tickets);
end
$$;
grant execute on function support_heads(uuid[]) to {service};
