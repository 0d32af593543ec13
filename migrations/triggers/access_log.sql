create trigger access_log_append_only before update or delete or truncate on access_log
  for each statement execute function support_forbid_change();
