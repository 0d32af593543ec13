-- The row of a run that is done is its receipt.
create trigger retention_runs_append_only before update or delete on retention_runs
  for each row when (old.done_at is not null) execute function support_forbid_change();
