create policy timers_owner on timers to {owner} using (true) with check (true);
