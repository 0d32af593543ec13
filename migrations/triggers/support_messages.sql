create trigger support_messages_before_insert before insert on support_messages
  for each row when (new.key is not null and new.key_digest is null) execute function support_messages_before_insert();
create trigger support_messages_log_deleted after delete on support_messages
  referencing old table as gone for each statement execute function support_messages_log_deleted();
create trigger support_messages_log_inserted after insert on support_messages
  referencing new table as inserted for each statement execute function support_messages_log_inserted();
create trigger support_messages_before_update before update on support_messages
  for each row execute function support_messages_before_update();
create trigger support_messages_log_updated after update on support_messages
  referencing old table as before new table as changed for each statement execute function support_messages_log_updated();
create trigger support_messages_before_delete before delete on support_messages
  for each row execute function support_before_delete();
