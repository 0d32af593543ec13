-- Stores the digest also for messages that plain SQL inserts, so that their keys are protected against reuse like those of the service.
create or replace function support_messages_before_insert() returns trigger
language plpgsql security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  new.key_digest := support_digest(new.is_internal, new.body, new.attachments);
  return new;
end
$$;
