-- Changes the text of a message of the person in the claims.
create or replace function {api}.update_message() returns trigger
language plpgsql security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  perform {api}.begin_write();
  perform {api}.require_text(new.message);
  perform support_edit_message(old.ticket_id, old.id, new.message);
  select m.* into new from {api}.support_messages m where m.id = old.id;
  return new;
end
$$;
