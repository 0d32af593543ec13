create trigger support_tickets_before_insert before insert on support_tickets
  for each row execute function support_tickets_before_insert();
create trigger support_tickets_before_update before update on support_tickets
  for each row execute function support_tickets_before_update();
create trigger support_tickets_before_delete before delete on support_tickets
  for each row when (old.legal_hold) execute function support_before_delete();
create trigger support_tickets_log_inserted after insert on support_tickets
  referencing new table as inserted for each statement execute function support_tickets_log_inserted();
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
