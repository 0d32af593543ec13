create trigger people_changed after insert or update of email, display_name on people
  for each row execute function people_changed();
create trigger people_block_recorded after update of blocked_at on people
  for each row when ((old.blocked_at is null) <> (new.blocked_at is null)) execute function people_block_recorded();
create trigger people_blocked after update of blocked_at on people
  for each row when (old.blocked_at is null and new.blocked_at is not null) execute function support_unassign_blocked();
create trigger people_before_delete before delete on people
  for each row execute function people_before_delete();
