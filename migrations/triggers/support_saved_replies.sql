create trigger support_saved_replies_recorded after insert or update or delete on support_saved_replies
  for each row execute function support_saved_replies_recorded();
