-- Returns, for each ticket, the last public message, the sender's name as staff see it, and since when the customer has been waiting. To find a
-- ticket's last message, the function reads at most `p_rows` public events from the end of the ticket's history. `body` is the message's present
-- text, or the names of its files if it has only files, cut to 1,000 characters.
create or replace function support_last_messages(p_tickets uuid[], p_rows integer)
returns table (ticket_id uuid, waiting_since timestamptz, at timestamptz, actor_type text, name text, body text)
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
    select h.ticket_id, h.waiting_since, l.created_at, l.actor_type, p.display_name, left(case when m.body <> '' or m.redacted_at is not null then m.body
             else (select string_agg(f.file ->> 'name', ', ' order by f.n) from jsonb_array_elements(m.attachments) with ordinality f (file, n)) end, 1000)
    from support_ticket_heads h
    left join lateral (
      select n.created_at, n.actor_type, n.actor_id, n.message_id
      from (
        select a.public_seq, a.kind, a.created_at, a.actor_type, a.actor_id, a.message_id
        from support_ticket_activity a
        where a.ticket_id = h.ticket_id and a.public_seq is not null
        order by a.public_seq desc
        limit p_rows
      ) n
      where n.kind = 'message_added'
      order by n.public_seq desc
      limit 1
    ) l on true
    left join support_messages m on m.id = l.message_id and not m.is_internal
    left join people p on p.id = l.actor_id
    where h.ticket_id = any (p_tickets);
end
$$;
grant execute on function support_last_messages(uuid[], integer) to {service};
