-- Only an administrator of the database can delete a message. This trigger adds an event about the deletion to the history, unless the ticket was
-- deleted too.
create or replace function support_messages_log_deleted() returns trigger
language plpgsql security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
declare
  v_user constant uuid := support_current_user_id();
  v_tickets uuid[];
  v_messages uuid[];
  v_nothing text[];
begin
  select array_agg(g.ticket_id order by g.created_at, g.id), array_agg(g.id order by g.created_at, g.id) into v_tickets, v_messages
  from gone g
  join support_tickets t on t.id = g.ticket_id;
  if v_tickets is null then
    return null;
  end if;
  v_nothing := array_fill(null::text, array[cardinality(v_tickets)]);
  perform support_write_history(v_tickets, array_fill('logged'::text, array[cardinality(v_tickets)]),
    array_fill(v_user, array[cardinality(v_tickets)]),
    array_fill(case when v_user is null then 'system' else 'admin' end, array[cardinality(v_tickets)]),
    v_nothing, v_nothing, v_nothing, v_nothing, array_fill('message deleted'::text, array[cardinality(v_tickets)]), v_messages,
    array_fill(null::jsonb, array[cardinality(v_tickets)]));
  -- Also remove the deleted message's former texts, which edits have left in the history.
  perform set_config('helpline.append_only_door', 'open', true);
  update support_ticket_activity a
  set old_value = null, new_value = null
  where a.ticket_id = any (v_tickets) and a.message_id = any (v_messages) and (a.old_value is not null or a.new_value is not null);
  update support_ticket_activity a
  set description = null, metadata = jsonb_set(a.metadata, array['adopted'], (a.metadata -> 'adopted') - 'columns')
  where a.ticket_id = any (v_tickets) and a.message_id = any (v_messages) and a.metadata ? 'adopted';
  perform set_config('helpline.append_only_door', '', true);
  delete from adopted_originals o where o.ticket_id = any (v_tickets) and o.message_id = any (v_messages);
  delete from uploads u where u.message_id = any (v_messages);
  return null;
end
$$;
