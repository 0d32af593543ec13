-- Only the text and the attachments of a message can be changed, and only until the message is redacted.
create or replace function support_messages_before_update() returns trigger
language plpgsql
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  if (new.id, new.ticket_id, new.sender_id, new.sender_type, new.is_internal, new.key, new.created_at)
     is distinct from (old.id, old.ticket_id, old.sender_id, old.sender_type, old.is_internal, old.key, old.created_at) then
    raise exception 'a message keeps its ticket, sender, side, key and time' using errcode = 'check_violation';
  end if;
  if old.redacted_at is not null then
    perform support_refuse('redacted');
  end if;
  if new.redacted_at is not null then
    perform support_refuse_if_held(new.ticket_id);
    new.body := '';
    new.attachments := '[]';
    new.key_digest := null;
  elsif current_setting('helpline.checking', true) = 'on' then
    -- `uploads_checked` changes what is known of the message's files.
    new.body := old.body;
  elsif new.body <> old.body or new.attachments <> old.attachments then
    new.edited_at := clock_timestamp();
  end if;
  new.updated_at := now();
  return new;
end
$$;
