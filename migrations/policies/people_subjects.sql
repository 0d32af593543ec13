create policy people_subjects_owner on people_subjects to {owner} using (true) with check (true);
