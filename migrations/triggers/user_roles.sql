create trigger user_roles_recorded after insert or update or delete on user_roles
  for each row execute function user_roles_recorded();
create trigger user_roles_lost_deleted after delete on user_roles
  referencing old table as lost for each statement execute function support_unassign_lost();
create trigger user_roles_lost_updated after update on user_roles
  referencing old table as lost for each statement execute function support_unassign_lost();
