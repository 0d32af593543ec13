create trigger support_ticket_activity_append_only
  before update or delete or truncate on support_ticket_activity
  for each statement execute function support_forbid_change();
