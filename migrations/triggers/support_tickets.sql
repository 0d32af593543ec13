create trigger support_tickets_before_insert before insert on support_tickets
  for each row execute function support_tickets_before_insert();
create trigger support_tickets_before_update before update on support_tickets
  for each row execute function support_tickets_before_update();
create trigger support_tickets_before_delete before delete on support_tickets
  for each row execute function support_before_delete();
-- `adopt_write` stores a ticket together with its history, and sets `helpline.adopting`. See there in which sessions the trigger obeys it.
create trigger support_tickets_log_inserted after insert on support_tickets
  referencing new table as inserted for each statement
  when (current_setting('helpline.adopting', true) is distinct from 'on' or current_user <> btrim('{owner}', '"') or pg_trigger_depth() > 0
    or not pg_has_role(session_user, btrim('{owner}', '"')::name, 'member'))
  execute function support_tickets_log_inserted();
create trigger support_tickets_log_updated after update on support_tickets
  referencing old table as before new table as changed for each statement execute function support_tickets_log_updated();
create trigger support_tickets_tally_insert after insert on support_tickets
  referencing new table as changed for each statement execute function support_tickets_tally();
create trigger support_tickets_tally_update after update on support_tickets
  referencing old table as before new table as changed for each statement execute function support_tickets_tally();
create trigger support_tickets_tally_delete after delete on support_tickets
  referencing old table as before for each statement execute function support_tickets_tally();
create trigger support_tickets_over_changed after update on support_tickets
  for each row when ((old.status in ('resolved', 'closed')) is distinct from (new.status in ('resolved', 'closed'))
    or (old.archived_at is null and new.archived_at is not null and new.status not in ('resolved', 'closed')))
  execute function support_tickets_over_changed();
