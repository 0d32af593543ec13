-- Adds a message of the person in the claims. Whether they write as the customer or as staff depends on the ticket alone: a row that says otherwise,
-- or a customer's internal note, is refused.
create or replace function {api}.insert_message() returns trigger
language plpgsql security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
declare
  v_user constant uuid := {api}.begin_write();
  v record := support_lock_ticket(new.ticket_id);
  v_message uuid;
begin
  if new.sender_id <> v_user or new.sender_type <> v.side or (new.is_internal and v.side = 'customer') then
    perform support_refuse('forbidden');
  end if;
  perform {api}.require_text(new.message);
  if v.side = 'admin' and exists (select 1 from support_settings s where s.name = 'reply_assigns' and s.value = 'true') then
    perform set_config('helpline.reply_assigns', 'on', true);
  end if;
  insert into support_messages (ticket_id, sender_id, sender_type, body, is_internal)
  values (new.ticket_id, v_user, v.side, new.message, coalesce(new.is_internal, false))
  returning id into v_message;
  perform set_config('helpline.reply_assigns', '', true);
  select m.* into new from {api}.support_messages m where m.id = v_message;
  return new;
end
$$;
