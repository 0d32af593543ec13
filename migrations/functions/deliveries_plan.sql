-- Plans deliveries, as part of the caller's transaction. A delivery of the same kind, receiver and key is planned only once. Returns the ids of those
-- that are new.
create or replace function deliveries_plan(
  p_ids uuid[], p_kinds text[], p_receivers text[], p_tickets uuid[], p_seqs bigint[], p_keys text[], p_payloads jsonb[]
) returns setof uuid
language plpgsql volatile security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  return query
    insert into deliveries as d (id, kind, receiver, ticket_id, seq, key, payload, next_at)
    select n.id, n.kind, n.receiver, n.ticket_id, n.seq, n.key, n.payload, clock()
    from unnest(p_ids, p_kinds, p_receivers, p_tickets, p_seqs, p_keys, p_payloads) as n (id, kind, receiver, ticket_id, seq, key, payload)
    -- In one order, so that two transactions that plan the same deliveries cannot deadlock.
    order by n.kind, n.receiver, n.key
    on conflict on constraint deliveries_receiver_key do nothing
    returning d.id;
end
$$;
grant execute on function deliveries_plan(uuid[], text[], text[], uuid[], bigint[], text[], jsonb[]) to {service};
