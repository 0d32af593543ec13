-- When a message is edited, adds an event with the old text, which only staff see. When a message is redacted, also removes the old texts from the
-- history.
create or replace function support_messages_log_updated() returns trigger
language plpgsql security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
declare
  v_user constant uuid := support_current_user_id();
  v_tickets uuid[];
  v_kinds text[];
  v_types text[];
  v_olds text[];
  v_messages uuid[];
  v_scrub uuid[];
begin
  -- `uploads_checked` writes the event of its change itself.
  if current_setting('helpline.checking', true) = 'on' then
    return null;
  end if;
  select array_agg(n.ticket_id order by n.created_at, n.id),
         array_agg(case when n.is_internal then 'note_' else 'message_' end || case when n.redacted_at is null then 'edited' else 'redacted' end
                   order by n.created_at, n.id),
         array_agg(case when v_user is null then 'system' when v_user = t.user_id then 'customer' else 'admin' end order by n.created_at, n.id),
         array_agg(case when n.redacted_at is null then o.body end order by n.created_at, n.id),
         array_agg(n.id order by n.created_at, n.id),
         array_agg(n.id) filter (where n.redacted_at is not null)
  into v_tickets, v_kinds, v_types, v_olds, v_messages, v_scrub
  from changed n
  join before o on o.id = n.id
  join support_tickets t on t.id = n.ticket_id
  where (n.body, n.attachments, n.redacted_at) is distinct from (o.body, o.attachments, o.redacted_at);

  if v_tickets is null then
    return null;
  end if;
  perform support_write_history(v_tickets, v_kinds, array_fill(v_user, array[cardinality(v_tickets)]), v_types, v_olds,
    array_fill(null::text, array[cardinality(v_tickets)]), array_fill(null::text, array[cardinality(v_tickets)]),
    array_fill(null::text, array[cardinality(v_tickets)]), array_fill(null::text, array[cardinality(v_tickets)]), v_messages,
    array_fill(null::jsonb, array[cardinality(v_tickets)]));

  if v_scrub is not null then
    perform set_config('helpline.append_only_door', 'open', true);
    update support_ticket_activity a
    set old_value = null, new_value = null
    where a.ticket_id = any (v_tickets) and a.message_id = any (v_scrub) and (a.old_value is not null or a.new_value is not null);
    -- Adopted events have texts that the platform wrote, which may repeat the message.
    update support_ticket_activity a
    set description = null, metadata = jsonb_set(a.metadata, array['adopted'], (a.metadata -> 'adopted') - 'columns')
    where a.ticket_id = any (v_tickets) and a.message_id = any (v_scrub) and a.metadata ? 'adopted';
    perform set_config('helpline.append_only_door', '', true);
    delete from adopted_originals o where o.ticket_id = any (v_tickets) and o.message_id = any (v_scrub);
    delete from uploads u where u.message_id = any (v_scrub);
    -- The ticket's `key_digest` was computed from its first message. Remove it with the message's text, because a short secret could be guessed from
    -- a digest.
    update support_tickets t set key_digest = null
    from changed n
    where n.id = any (v_scrub) and t.id = n.ticket_id and t.key = n.key and t.key_digest is not null;
  end if;
  return null;
end
$$;
