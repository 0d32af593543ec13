-- Appends one message. Returns the same columns as `support_append_events`, but the row with the outcome may also contain the message's event. Most
-- messages change nothing else about their ticket. This function numbers and inserts them itself, with scalar statements, because that costs about
-- half as much. It passes every other message to `support_append_events`, still holding the lock on the ticket.
--
-- The order of the statements matters. The first statement locks the ticket. The second statement looks up the message's key; its snapshot is newer
-- than the lock, so it sees every message that was stored before the lock was granted. The third statement writes.
--
-- The setting `helpline.numbered` tells the trigger on `support_messages` not to number this message again. The setting is on only during the
-- insert, because later inserts of the same transaction need the trigger.
--
-- Plans use only index lookups and are made once per connection, as in the trigger on `support_messages`.
create or replace function support_append_one(
  p_wait boolean, p_id uuid, p_ticket uuid, p_sender uuid, p_key text, p_body text, p_internal boolean, p_attachments jsonb,
  p_based_on bigint, p_address inet, p_user_agent text
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
as $$
#variable_conflict use_column
declare
  v_owner uuid;
  v_status text;
  v_is_archived boolean;
  v_is_unanswered boolean;
  v_is_unassigned boolean;
  v_is_customer boolean;
  v_type text;
  v_is_answer boolean;
  v_is_plain boolean;
  v_seq bigint;
  v_place bigint;
  v_name text;
  v_public_name text;
  v_kind text;
  v_at timestamptz;
  v_setting text;
begin
  if p_wait then
    select t.user_id, t.status, t.archived_at is not null, t.first_response_at is null, t.assigned_to is null
    into v_owner, v_status, v_is_archived, v_is_unanswered, v_is_unassigned
    from support_tickets t where t.id = p_ticket for no key update;
  else
    select t.user_id, t.status, t.archived_at is not null, t.first_response_at is null, t.assigned_to is null
    into v_owner, v_status, v_is_archived, v_is_unanswered, v_is_unassigned
    from support_tickets t where t.id = p_ticket for no key update skip locked;
  end if;
  v_is_customer := v_owner = p_sender;
  v_type := case when v_is_customer then 'customer' else 'admin' end;
  v_is_answer := not v_is_customer and not p_internal;

  -- This query returns no row if the ticket is unknown, locked by another transaction, archived or closed, or if the message is the team's first
  -- answer in the ticket. `v_is_plain` is then null, and `support_append_events` handles the message.
  select h.seq + 1, case when not p_internal then h.public_seq + 1 end,
         p.display_name, case when v_is_customer then p.display_name else p.first_name end,
         k.id is null
           and p_attachments = '[]'
           and p.blocked_at is null
           and case when v_is_customer then not p_internal else exists (select 1 from user_roles r where r.user_id = p_sender) end
           and (p_internal or not exists (select 1 from support_message_transitions m where m.sender_type = v_type and m.from_status = v_status))
           and not (v_is_answer and v_is_unassigned
                    and exists (select 1 from support_settings s where s.name = 'reply_assigns' and s.value = 'true'))
           and coalesce(p_based_on >= case when v_is_customer then h.public_seq else h.seq end, true)
  into v_seq, v_place, v_name, v_public_name, v_is_plain
  from support_ticket_heads h
  left join support_messages k on k.ticket_id = h.ticket_id and k.sender_id = p_sender and k.key = p_key
  left join people p on p.id = p_sender
  where h.ticket_id = p_ticket
    and v_owner is not null and not v_is_archived and (p_internal or v_status <> 'closed') and not (v_is_answer and v_is_unanswered);

  -- If this function is called inside a trigger, the trigger on `support_messages` ignores `helpline.numbered` and would number the message a second
  -- time. `support_append_events` handles such a message.
  if v_is_plain is not true or pg_trigger_depth() > 0 then
    return query
      select r.*
      from support_append_events(p_wait, array[p_id], array[p_ticket], array[p_sender], array[p_key], array[p_body], array[p_internal],
                                 array[p_attachments], array[p_based_on], array[p_address], array[p_user_agent]) r;
    return;
  end if;

  v_at := clock_timestamp();
  v_kind := case when p_internal then 'internal_note_added' else 'message_added' end;
  v_setting := set_config('helpline.numbered', 'on', true);
  with bumped as (
    update support_ticket_heads h
    set seq = v_seq, public_seq = coalesce(v_place, h.public_seq), last_activity_at = greatest(h.last_activity_at, v_at),
        public_last_activity_at = case when p_internal then h.public_last_activity_at else greatest(h.public_last_activity_at, v_at) end,
        waiting_since = case when v_is_customer then coalesce(h.waiting_since, v_at) when p_internal then h.waiting_since end
    where h.ticket_id = p_ticket
  ), recorded as (
    insert into support_ticket_activity (ticket_id, seq, public_seq, kind, actor_id, actor_type, public_actor_name, message_id, ip_address,
      user_agent, cluster, created_at)
    values (p_ticket, v_seq, v_place, v_kind, p_sender, v_type, v_public_name, p_id, p_address, p_user_agent, helpline_cluster(), v_at)
  )
  insert into support_messages (id, ticket_id, sender_id, sender_type, body, is_internal, attachments, key, key_digest, ip_address, user_agent,
    created_at)
  values (p_id, p_ticket, p_sender, v_type, p_body, p_internal, p_attachments, p_key, support_digest(p_internal, p_body, p_attachments),
    p_address, p_user_agent, v_at);
  v_setting := set_config('helpline.numbered', '', true);

  n := 1;
  code := 'stored';
  side := case when v_is_customer then 'customer' else 'staff' end;
  message_id := p_id;
  ticket_id := p_ticket;
  seq := v_seq;
  public_seq := v_place;
  created_at := v_at;
  kind := v_kind;
  actor_id := p_sender;
  actor_type := v_type;
  actor_name := v_name;
  row_message_id := p_id;
  sender_id := p_sender;
  sender_type := v_type;
  body := p_body;
  is_internal := p_internal;
  attachments := p_attachments;
  key := p_key;
  message_created_at := v_at;
  public_actor_name := v_public_name;
  return next;
end
$$;
grant execute on function support_append_one(boolean, uuid, uuid, uuid, text, text, boolean, jsonb, bigint, inet, text) to {service};
