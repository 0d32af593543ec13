-- Returns dead deliveries of a kind, the latest first, before a position in this order.
create or replace function deliveries_list_dead(p_kind text, p_before_at timestamptz, p_before_id uuid, p_limit bigint)
returns table (id uuid, receiver text, ticket_id uuid, seq bigint, key text, attempts integer, error text, dead_at timestamptz, created_at timestamptz)
language plpgsql stable security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
#variable_conflict use_column
begin
  return query
    select d.id, d.receiver, d.ticket_id, d.seq, d.key, d.attempts, d.error, d.dead_at, d.created_at
    from deliveries d
    where d.kind = p_kind and d.dead_at is not null and (p_before_at is null or (d.dead_at, d.id) < (p_before_at, p_before_id))
    order by d.dead_at desc, d.id desc
    limit p_limit;
end
$$;
grant execute on function deliveries_list_dead(text, timestamptz, uuid, bigint) to {service};
