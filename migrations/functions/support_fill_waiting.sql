-- Sets `waiting_since` (since when the customer has waited for an answer) from the history, for the next `p_limit` unfinished tickets in order of id.
-- Returns the id of the last ticket, or null when no tickets are left. Running the function again does no harm: it locks the tickets, and the value
-- that it computes from their history is the value that the triggers store.
create or replace function support_fill_waiting(p_after uuid, p_limit integer) returns uuid
language plpgsql
set search_path = pg_catalog, {schema}, pg_temp
set plan_cache_mode = force_generic_plan
set max_parallel_workers_per_gather = 0
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set enable_material = off
as $$
declare
  v_tickets constant uuid[] := array(
    select h.ticket_id from support_ticket_heads h
    where not h.is_over and h.ticket_id > coalesce(p_after, '00000000-0000-0000-0000-000000000000')
    order by h.ticket_id
    limit p_limit
  );
begin
  perform 1 from support_tickets t where t.id = any (v_tickets) order by t.id for no key update;
  -- This is a separate statement, so that its snapshot is younger than the locks taken above.
  update support_ticket_heads h
  set waiting_since = w.at
  from (
    select t.id, case when t.archived_at is null then (
        select case a.kind when 'reopened' then coalesce(b.created_at, a.created_at) else a.created_at end
        from support_ticket_activity a
        -- If a message reopened the ticket, the message's event is the one immediately before the `reopened` event.
        left join support_ticket_activity b on b.ticket_id = a.ticket_id and b.seq = a.seq - 1 and b.xid = a.xid and b.kind = 'message_added'
        where a.ticket_id = t.id and a.seq >= coalesce(r.seq, 1) and a.seq > coalesce(s.seq, 0)
          and (a.kind = 'created' or (a.kind in ('message_added', 'reopened') and a.actor_type = 'customer'))
        order by a.seq
        limit 1
      ) end as at
    from support_tickets t
    cross join lateral (
      select max(a.seq) filter (where a.kind = 'reopened' and a.actor_type = 'customer') as seq
      from support_ticket_activity a where a.ticket_id = t.id
    ) r
    cross join lateral (
      select max(a.seq) filter (where a.kind = 'message_added' and a.actor_type = 'admin') as seq
      from support_ticket_activity a where a.ticket_id = t.id
    ) s
    where t.id = any (v_tickets)
  ) w
  where h.ticket_id = w.id and not h.is_over and h.waiting_since is distinct from w.at;
  return v_tickets[cardinality(v_tickets)];
end
$$;
