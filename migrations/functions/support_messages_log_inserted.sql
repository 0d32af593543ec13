-- Trigger function that numbers new messages and writes their events. Query plans are restricted to index lookups: a plan that was cached while the
-- tables were nearly empty would be a sequential scan, which is slow when a new installation fills up before autovacuum has analyzed the tables.
-- `enable_material` is off because a whole index that was read once and kept counts as cheap too; so does a subquery that is hashed, which `offset 0`
-- in other functions prevents. Parallel workers are off because starting them takes longer than these statements. The test `cached_plans` holds this
-- for every function whose plans are cached.
create or replace function support_messages_log_inserted() returns trigger
language plpgsql security definer
set search_path = pg_catalog, {schema}, pg_temp
set plan_cache_mode = force_generic_plan
set max_parallel_workers_per_gather = 0
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set enable_material = off
as $$
declare
  v_user constant uuid := support_current_user_id();
  v_cluster constant bigint := helpline_cluster();
  v_cause constant jsonb := support_cause();
  v_importing constant boolean := support_is_importing();
  -- Number of tickets that are changed in one `update` statement. The tickets' trigger searches the JSON in `helpline.movers` once per ticket, so its
  -- time grows with the square of this number.
  v_portion constant integer := 64;
  v_special boolean;
  v_refusal text;
  v_total bigint;
  v_logged bigint := 0;
  v_rows bigint;
  -- The loop below numbers the messages in rounds. `v_cut` maps each ticket to its last message of the current round, `v_from` to its last message of
  -- the previous round. JSON objects are used because looking up a ticket in an array would search the whole array.
  v_cut jsonb;
  v_from jsonb;
  v_moved uuid[];
  v_to text[];
  v_movers jsonb;
begin
  -- `support_append_events` needs the setting `helpline.cluster` to read the new events back. Calling `helpline_cluster` again would cost as much as
  -- numbering a message.
  perform set_config('helpline.cluster', v_cluster::text, true);
  perform 1 from support_tickets t where t.id in (select i.ticket_id from inserted i) order by t.id for no key update;

  -- One query decides whether the fast path is possible: does any of these messages change its ticket, or belong to a ticket that accepts no
  -- messages?
  select count(*), coalesce(bool_or(m.to_status is not null or (i.sender_type = 'admin' and not i.is_internal and t.first_response_at is null)), false),
         min(case when v_user is null then null when t.archived_at is not null then 'ticket_archived'
                  when t.status = 'closed' and not i.is_internal then 'ticket_closed' end)
  into v_total, v_special, v_refusal
  from inserted i
  join support_tickets t on t.id = i.ticket_id
  left join support_message_transitions m on m.sender_type = i.sender_type and m.from_status = t.status and not i.is_internal;

  if v_refusal is not null then
    perform support_refuse(v_refusal);
  end if;
  if v_special then
    update support_tickets t
    set first_response_at = f.at
    from (select i.ticket_id, min(i.created_at) as at from inserted i where i.sender_type = 'admin' and not i.is_internal group by i.ticket_id) f
    where t.id = f.ticket_id and t.first_response_at is null;
  end if;

  loop
    if v_special and not v_importing then
      -- Finds, for each ticket, the first message that changes the ticket's present status. An imported message from before the ticket was resolved
      -- must not change the status. Such a message has a timestamp earlier than its transaction, which only an administrator of the database can set.
      select jsonb_object_agg(c.ticket_id, jsonb_build_object('at', c.created_at, 'message', c.id, 'id', c.sender_id, 'type', c.sender_type)),
             array_agg(c.ticket_id order by c.ticket_id), array_agg(c.to_status order by c.ticket_id)
      into v_cut, v_moved, v_to
      from (
        select distinct on (i.ticket_id) i.ticket_id, i.id, i.created_at, i.sender_id, i.sender_type, m.to_status
        from inserted i
        join support_tickets t on t.id = i.ticket_id
        join support_message_transitions m on m.sender_type = i.sender_type and m.from_status = t.status and not i.is_internal
        where not (t.resolved_at is not null and i.created_at < t.resolved_at and i.created_at < now())
          and (v_from is null
               or coalesce((i.created_at, i.id) > ((v_from -> i.ticket_id::text ->> 'at')::timestamptz,
                                                   (v_from -> i.ticket_id::text ->> 'message')::uuid), false))
        order by i.ticket_id, i.created_at, i.id
      ) c;
    end if;

    with numbered as (
      select i.id, i.ticket_id, i.sender_id, i.sender_type, i.is_internal, i.ip_address, i.user_agent, i.created_at,
             h.seq + row_number() over w as seq,
             h.public_seq + count(*) filter (where not i.is_internal) over w as place,
             count(*) filter (where i.sender_type = 'admin' and not i.is_internal) over w as answers,
             case i.sender_type when 'customer' then p.display_name when 'admin' then p.first_name end as name
      from inserted i
      join support_ticket_heads h on h.ticket_id = i.ticket_id
      left join people p on p.id = i.sender_id
      where (v_cut is null
             or coalesce((i.created_at, i.id) <= ((v_cut -> i.ticket_id::text ->> 'at')::timestamptz,
                                                  (v_cut -> i.ticket_id::text ->> 'message')::uuid), true))
        and (v_from is null
             or coalesce((i.created_at, i.id) > ((v_from -> i.ticket_id::text ->> 'at')::timestamptz,
                                                 (v_from -> i.ticket_id::text ->> 'message')::uuid), false))
      window w as (partition by i.ticket_id order by i.created_at, i.id rows unbounded preceding)
    ), bumped as (
      update support_ticket_heads h
      set seq = g.seq, public_seq = g.public_seq, last_activity_at = greatest(h.last_activity_at, g.at),
          public_last_activity_at = greatest(h.public_last_activity_at, g.public_at),
          waiting_since = case when g.answers = 0 then coalesce(h.waiting_since, g.asked_at)
                               when g.asked_after = g.answers then g.asked_at end
      -- `asked_after` is the number of answers before the customer's last message. `asked_at` is the time of the customer's first message after those
      -- answers.
      from (select n.ticket_id, max(n.seq) as seq, max(n.place) as public_seq, max(n.created_at) as at,
                   max(n.created_at) filter (where not n.is_internal) as public_at, max(n.answers) as answers,
                   max(n.answers) filter (where n.sender_type = 'customer') as asked_after,
                   (array_agg(n.created_at order by n.answers desc, n.seq) filter (where n.sender_type = 'customer'))[1] as asked_at
            from numbered n group by n.ticket_id) g
      where h.ticket_id = g.ticket_id
    )
    insert into support_ticket_activity (ticket_id, seq, public_seq, kind, actor_id, actor_type, public_actor_name, message_id,
      ip_address, user_agent, metadata, cluster, created_at)
    select n.ticket_id, n.seq, case when not n.is_internal then n.place end,
           case when n.is_internal then 'internal_note_added' else 'message_added' end,
           n.sender_id, n.sender_type, n.name, n.id, n.ip_address, n.user_agent, v_cause, v_cluster, n.created_at
    from numbered n;
    get diagnostics v_rows = row_count;
    v_logged := v_logged + v_rows;

    exit when v_cut is null;

    -- Update the tickets in portions. The tickets' trigger adds the event of the status change after the event of the message that caused it.
    for n in 0..(cardinality(v_moved) - 1) / v_portion loop
      perform set_config('helpline.movers', jsonb_object_agg(k.id, v_cut -> k.id::text)::text, true)
      from unnest(v_moved[n * v_portion + 1:(n + 1) * v_portion]) as k (id);
      update support_tickets t set status = m.to_status
      from unnest(v_moved[n * v_portion + 1:(n + 1) * v_portion], v_to[n * v_portion + 1:(n + 1) * v_portion]) as m (ticket_id, to_status)
      where t.id = m.ticket_id;
    end loop;
    perform set_config('helpline.movers', '', true);
    v_from := v_cut;
  end loop;

  -- `support_append_events` switches this on if the setting `reply_assigns` is true: the first agent who answers an unassigned ticket is then
  -- assigned to it.
  if current_setting('helpline.reply_assigns', true) = 'on' then
    select jsonb_object_agg(f.ticket_id, jsonb_build_object('id', f.sender_id, 'type', 'admin')) into v_movers
    from (
      select distinct on (i.ticket_id) i.ticket_id, i.sender_id
      from inserted i
      join support_tickets t on t.id = i.ticket_id
      where i.sender_type = 'admin' and not i.is_internal and t.assigned_to is null
      order by i.ticket_id, i.created_at, i.id
    ) f
    where support_can_be_assigned(f.sender_id);
    if v_movers is not null then
      perform set_config('helpline.movers', v_movers::text, true);
      update support_tickets t set assigned_to = (f.value ->> 'id')::uuid from jsonb_each(v_movers) f where t.id = f.key::uuid;
      perform set_config('helpline.movers', '', true);
    end if;
  end if;

  if v_logged <> v_total then
    raise exception 'a ticket without a head: % of % messages numbered', v_logged, v_total;
  end if;
  return null;
end
$$;
