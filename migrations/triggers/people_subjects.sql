create trigger people_subjects_recorded after insert or update or delete on people_subjects
  for each row execute function people_subjects_recorded();
