create policy schedules_owner on schedules to {owner} using (true) with check (true);
