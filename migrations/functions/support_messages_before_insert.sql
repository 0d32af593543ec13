-- Stores a digest of the message's content. A trigger does this, so that the `Idempotency-Key` of a message inserted by plain SQL is protected
-- against reuse too.
create or replace function support_messages_before_insert() returns trigger
language plpgsql security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  new.key_digest := support_digest(new.is_internal, new.body, new.attachments);
  return new;
end
$$;
