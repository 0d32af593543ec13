create trigger user_roles_recorded after insert or update or delete on user_roles
  for each row execute function user_roles_recorded();
