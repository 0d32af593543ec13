-- Creates a ticket of the caller with its first message, or returns the one that was created with this key. `p_attachments` are the ids of uploads that
-- were reserved without a ticket (see `uploads_attach`).
create or replace function support_create_ticket(
  p_id uuid, p_message uuid, p_key text, p_subject text, p_category text, p_priority text, p_description text, p_attachments jsonb,
  p_metadata jsonb
) returns table (ticket_id uuid, duplicate boolean)
language plpgsql security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
declare
  v_user constant uuid := support_require_user();
  v_digest constant bytea := support_digest(false, p_subject || E'\n' || p_category || E'\n' || p_priority || E'\n' || p_description, p_attachments);
  v_known record;
  v_attachments jsonb;
begin
  if v_user is null then
    perform support_refuse('not_authenticated');
  end if;
  -- Try twice. If another transaction has used this key and has not committed yet, the insert waits for it, and the second round finds the ticket of
  -- that transaction.
  for i in 1..2 loop
    select t.id, t.key_digest into v_known from support_tickets t where t.user_id = v_user and t.key = p_key;
    if found then
      if v_known.key_digest <> v_digest then
        perform support_refuse('key_reused');
      end if;
      return query select v_known.id, true;
      return;
    end if;
    insert into support_tickets (id, user_id, subject, category, priority, metadata, key, key_digest)
    values (p_id, v_user, p_subject, p_category, p_priority, coalesce(p_metadata, '{}'), p_key, v_digest)
    on conflict on constraint support_tickets_user_key do nothing;
    if found then
      -- Clear `helpline.numbered`, so that the trigger on `support_messages` numbers this message. Only `support_append_one`, which numbers its
      -- message itself, needs the setting.
      perform set_config('helpline.numbered', '', true);
      v_attachments := uploads_attach(p_attachments, p_message, p_id, true, v_user, false);
      if v_attachments is null then
        perform support_refuse('attachment_not_found');
      end if;
      insert into support_messages (id, ticket_id, sender_id, sender_type, body, attachments, key, key_digest)
      values (p_message, p_id, v_user, 'customer', p_description, v_attachments, p_key, support_digest(false, p_description, p_attachments));
      return query select p_id, false;
      return;
    end if;
  end loop;
  perform support_refuse('conflict');
end
$$;
grant execute on function support_create_ticket(uuid, uuid, text, text, text, text, text, jsonb, jsonb) to {customer}, {staff};
