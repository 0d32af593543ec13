create trigger support_settings_recorded after insert or update or delete on support_settings
  for each row execute function support_settings_recorded();
