create trigger support_messages_before_insert before insert on support_messages
  for each row when (new.key is not null and new.key_digest is null) execute function support_messages_before_insert();
create trigger support_messages_log_deleted after delete on support_messages
  referencing old table as gone for each statement execute function support_messages_log_deleted();
-- `support_append_one` numbers its message itself, and sets `helpline.numbered` during its insert, so that this trigger does not run. Any session can
-- set `helpline.numbered`. Therefore the trigger obeys it only if the current user is the owner and no other trigger is running, and other functions
-- of the owner that insert messages clear it first.
-- `adopt_write` and `adopt_append` set `helpline.adopting`, which the trigger obeys only in a session of a member of the owner. See `adopt_write`.
create trigger support_messages_log_inserted after insert on support_messages
  referencing new table as inserted for each statement
  when (current_user <> btrim('{owner}', '"') or pg_trigger_depth() > 0
    or (current_setting('helpline.numbered', true) is distinct from 'on'
        and (current_setting('helpline.adopting', true) is distinct from 'on' or not pg_has_role(session_user, btrim('{owner}', '"')::name, 'member'))))
  execute function support_messages_log_inserted();
create trigger support_messages_before_update before update on support_messages
  for each row execute function support_messages_before_update();
create trigger support_messages_log_updated after update on support_messages
  referencing old table as before new table as changed for each statement execute function support_messages_log_updated();
create trigger support_messages_before_delete before delete on support_messages
  for each row execute function support_before_delete();
