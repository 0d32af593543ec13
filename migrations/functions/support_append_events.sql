-- Appends a batch of messages. First returns one row per message, with the message's number in `n`. `code` is `stored`, `duplicate`, `busy` (another
-- transaction has locked the ticket), or the reason for a refusal, and `message_id` is the id of the stored message. After the messages' rows come
-- rows without `n`: the events that the batch wrote, and the events of messages that were duplicates.
--
-- `p_attachments` are the ids of uploads, which become the messages' attachments (see `uploads_attach`).
--
-- The order of the steps matters. Lock the tickets first. Look up the idempotency keys in the next statement: its snapshot is younger than the locks,
-- so it sees every message that was stored before the locks were granted. Then decide about each message, and insert only the new messages.
--
-- Query plans are made once per connection and use only index lookups, as in `support_messages_log_inserted`.
create or replace function support_append_events(
  p_wait boolean, p_ids uuid[], p_tickets uuid[], p_senders uuid[], p_keys text[], p_bodies text[], p_internals boolean[],
  p_attachments jsonb[], p_based_ons bigint[], p_addresses inet[], p_user_agents text[]
) returns table (
  n integer, code text, head bigint, side text, message_id uuid,
  ticket_id uuid, seq bigint, public_seq bigint, created_at timestamptz, kind text, actor_id uuid, actor_type text, actor_name text,
  old_value text, new_value text, public_old_value text, public_new_value text, description text,
  row_message_id uuid, sender_id uuid, sender_type text, body text, is_internal boolean, attachments jsonb, key text,
  message_created_at timestamptz, edited_at timestamptz, redacted_at timestamptz, public_actor_name text
)
language plpgsql security definer
set search_path = pg_catalog, {schema}, pg_temp
set plan_cache_mode = force_generic_plan
set max_parallel_workers_per_gather = 0
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set enable_material = off
as $$
#variable_conflict use_column
declare
  v_count constant integer := cardinality(p_ids);
  v_at timestamptz;
  v_locked uuid[];
  v_busy uuid[] := '{}';
  v_codes text[];
  v_sides text[];
  v_messages uuid[];
  v_firsts integer[];
  v_known uuid[];
  v_doubtful boolean;
  v_attachments jsonb[] := p_attachments;
  v_unassigned boolean;
  v_cluster bigint;
begin
  if p_wait then
    perform 1 from support_tickets t where t.id = any (p_tickets) order by t.id for no key update;
  else
    select array_agg(l.id) into v_locked
    from (select t.id from support_tickets t where t.id = any (p_tickets) order by t.id for no key update skip locked) l;
    -- A ticket is busy if another transaction has locked it. A ticket that does not exist also ends up in `v_busy`; the next statement distinguishes
    -- the two cases.
    select coalesce(array_agg(m.id), '{}') into v_busy
    from (select unnest(p_tickets) as id except select unnest(v_locked)) m;
  end if;

  select array_agg(j.code order by j.n), array_agg(j.side order by j.n), array_agg(coalesce(j.known_id, j.id) order by j.n),
         array_agg(j.first_n order by j.n), array_agg(j.known_id) filter (where j.known_id is not null),
         coalesce(bool_or(j.based_on is not null and j.nth > 1), false) or coalesce(bool_or(j.first_n <> j.n), false)
           or coalesce(bool_or(j.has_files), false),
         bool_or(j.unassigned and j.side = 'staff' and not j.is_internal)
  into v_codes, v_sides, v_messages, v_firsts, v_known, v_doubtful, v_unassigned
  from (
    select b.n::integer as n, b.id, b.based_on, b.nth, b.first_n::integer as first_n, k.id as known_id, s.side,
           b.is_internal, t.assigned_to is null as unassigned, b.attachments <> '[]' as has_files,
           case
             when t.id is null then 'not_found'
             when b.ticket_id = any (v_busy) then 'busy'
             when k.id is not null then
               case when k.key_digest <> support_digest(b.is_internal, b.body, b.attachments) then 'key_reused' else 'duplicate' end
             when p.blocked_at is not null then 'blocked'
             when s.side is null then 'not_found'
             when b.is_internal and s.side = 'customer' then 'forbidden'
             when t.archived_at is not null then 'ticket_archived'
             when t.status = 'closed' and not b.is_internal then 'ticket_closed'
             -- `coalesce`, because a null would not prevent the subqueries below from running. Each subquery scans an index upward from `based_on`,
             -- the last event that the sender had seen. `order by` makes the planner choose that index where two indexes have equal estimated costs.
             when coalesce(b.based_on < case s.side when 'staff' then h.seq else h.public_seq end, false)
                  and case s.side
                        when 'staff' then (
                          select true from support_ticket_activity a
                          where a.ticket_id = b.ticket_id and a.seq > b.based_on and a.actor_id is distinct from b.sender_id
                            and a.kind in ('message_added', 'internal_note_added')
                          order by a.ticket_id, a.seq limit 1)
                        else (
                          select true from support_ticket_activity a
                          where a.ticket_id = b.ticket_id and a.public_seq > b.based_on and a.actor_id is distinct from b.sender_id
                            and a.kind = 'message_added'
                          order by a.ticket_id, a.public_seq limit 1)
                      end then 'stale'
             else 'stored'
           end as code
    from (
      select u.*, row_number() over (partition by u.ticket_id order by u.n) as nth,
             min(u.n) over (partition by u.ticket_id, u.sender_id, u.key) as first_n
      from unnest(p_ids, p_tickets, p_senders, p_keys, p_bodies, p_internals, p_attachments, p_based_ons) with ordinality
        as u (id, ticket_id, sender_id, key, body, is_internal, attachments, based_on, n)
    ) b
    left join support_tickets t on t.id = b.ticket_id
    left join support_ticket_heads h on h.ticket_id = b.ticket_id
    left join support_messages k on k.ticket_id = b.ticket_id and k.sender_id = b.sender_id and k.key = b.key
    left join people p on p.id = b.sender_id
    cross join lateral (
      select case when t.user_id = b.sender_id then 'customer'
                  when exists (select 1 from user_roles r where r.user_id = b.sender_id offset 0) then 'staff' end
      -- `offset 0`, because the planner would otherwise copy this expression into each of its uses above.
      offset 0
    ) s (side)
  ) j;

  -- The result for a message depends on an earlier message of the batch if both messages have one key or name one file, or if both are on one ticket
  -- and the later message has `based_on`.
  if v_doubtful then
    for i in 1..v_count loop
      if v_firsts[i] <> i and v_codes[i] in ('stored', 'stale') then
        -- This key occurs twice in the batch. The second message gets the result of the first message, or `key_reused` if their contents differ.
        v_messages[i] := v_messages[v_firsts[i]];
        v_codes[i] := case
          when v_codes[v_firsts[i]] <> 'stored' then v_codes[v_firsts[i]]
          when support_digest(p_internals[i], p_bodies[i], p_attachments[i])
            = support_digest(p_internals[v_firsts[i]], p_bodies[v_firsts[i]], p_attachments[v_firsts[i]]) then 'duplicate'
          else 'key_reused' end;
      elsif v_codes[i] = 'stored' and p_based_ons[i] is not null then
        for j in 1..i - 1 loop
          if p_tickets[j] = p_tickets[i] and v_codes[j] = 'stored' and p_senders[j] <> p_senders[i]
             and (v_sides[i] = 'staff' or not p_internals[j]) then
            v_codes[i] := 'stale';
            exit;
          end if;
        end loop;
      end if;
      if v_codes[i] = 'stored' then
        v_attachments[i] := uploads_attach(p_attachments[i], v_messages[i], p_tickets[i], false, p_senders[i], p_internals[i]);
        if v_attachments[i] is null then
          v_codes[i] := 'attachment_not_found';
        end if;
      end if;
    end loop;
  end if;

  -- The trigger `support_messages_log_inserted` reads the setting `helpline.reply_assigns`. The trigger runs only for messages that are stored, so a
  -- refused message assigns no ticket.
  if v_unassigned and exists (select 1 from support_settings s where s.name = 'reply_assigns' and s.value = 'true') then
    perform set_config('helpline.reply_assigns', 'on', true);
  end if;
  -- Clear `helpline.numbered`, so that the trigger on `support_messages` numbers the messages that are inserted below. Only `support_append_one`,
  -- which numbers its message itself, needs the setting.
  perform set_config('helpline.numbered', '', true);
  v_at := clock_timestamp();
  insert into support_messages (id, ticket_id, sender_id, sender_type, body, is_internal, attachments, key, key_digest, ip_address,
    user_agent, created_at)
  select b.id, b.ticket_id, b.sender_id, case b.side when 'staff' then 'admin' else 'customer' end, b.body, b.is_internal, b.attachments,
         b.key, support_digest(b.is_internal, b.body, b.files), b.ip_address, b.user_agent, v_at
  from unnest(p_ids, p_tickets, p_senders, p_keys, p_bodies, p_internals, v_attachments, p_attachments, p_addresses, p_user_agents, v_codes, v_sides)
    as b (id, ticket_id, sender_id, key, body, is_internal, attachments, files, ip_address, user_agent, code, side)
  where b.code = 'stored';
  if v_unassigned then
    perform set_config('helpline.reply_assigns', '', true);
  end if;

  v_cluster := current_setting('helpline.cluster')::bigint;

  return query
    select o.n::integer, o.code,
           case when o.code = 'stale' then
             (select case o.side when 'staff' then h.seq else h.public_seq end from support_ticket_heads h where h.ticket_id = o.ticket_id) end,
           o.side, o.message_id,
           null::uuid, null::bigint, null::bigint, null::timestamptz, null::text, null::uuid, null::text, null::text, null::text, null::text,
           null::text, null::text, null::text, null::uuid, null::uuid, null::text, null::text, null::boolean, null::jsonb, null::text,
           null::timestamptz, null::timestamptz, null::timestamptz, null::text
    from unnest(v_codes, v_sides, v_messages, p_tickets) with ordinality as o (code, side, message_id, ticket_id, n);

  -- The gateway runs this function in a separate transaction, so the new events are those with this transaction's id in this cluster. The trigger on
  -- `support_messages`, which ran on the insert above, has set `helpline.cluster`.
  return query
    select null::integer, null::text, null::bigint, null::text, null::uuid,
           r.ticket_id, r.seq, r.public_seq, r.created_at, r.kind, r.actor_id, r.actor_type, r.actor_name, r.old_value, r.new_value,
           r.public_old_value, r.public_new_value, r.description, r.message_id, r.sender_id, r.sender_type, r.body, r.is_internal,
           r.attachments, r.key, r.message_created_at, r.edited_at, r.redacted_at, r.public_actor_name
    from support_events r
    where r.cluster = v_cluster and r.xid = pg_current_xact_id();

  if v_known is not null then
    return query
      select null::integer, null::text, null::bigint, null::text, null::uuid,
             r.ticket_id, r.seq, r.public_seq, r.created_at, r.kind, r.actor_id, r.actor_type, r.actor_name, r.old_value, r.new_value,
             r.public_old_value, r.public_new_value, r.description, r.message_id, r.sender_id, r.sender_type, r.body, r.is_internal,
             r.attachments, r.key, r.message_created_at, r.edited_at, r.redacted_at, r.public_actor_name
      from support_messages k
      cross join lateral (
        -- A client retries a message soon after its first attempt, so the message's event is near the end of the history.
        select x.* from support_events x
        where x.ticket_id = k.ticket_id and x.message_id = k.id and x.kind in ('message_added', 'internal_note_added')
        order by x.seq desc
        limit 1
      ) r
      where k.id = any (v_known);
  end if;
end
$$;
grant execute on function support_append_events(boolean, uuid[], uuid[], uuid[], text[], text[], boolean[], jsonb[], bigint[], inet[], text[]) to {service};
