-- Finds the first of these ticket numbers that exists. Returns what the service needs to authorize a request for that ticket and to join the ticket's
-- room.
create or replace function support_open_by_number(p_numbers text[])
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
    from unnest(p_numbers) with ordinality as u (ticket_number, n)
    cross join lateral (select x.* from support_tickets x where x.ticket_number = u.ticket_number offset 0) t
    join support_ticket_heads h on h.ticket_id = t.id
    order by u.n
    limit 1;
end
$$;
grant execute on function support_open_by_number(text[]) to {service};
