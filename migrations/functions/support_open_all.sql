-- Returns, for each of these tickets, what the service needs to authorize a request and to join the ticket's room. Tickets that do not exist are left
-- out.
create or replace function support_open_all(p_tickets uuid[])
returns table (id uuid, user_id uuid, status text, archived boolean, seq bigint, public_seq bigint)
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
    select t.id, t.user_id, t.status, t.archived_at is not null, h.seq, h.public_seq
    from support_tickets t
    join support_ticket_heads h on h.ticket_id = t.id
    where t.id = any (p_tickets);
end
$$;
grant execute on function support_open_all(uuid[]) to {service};
