create policy schedule_runs_owner on schedule_runs to {owner} using (true) with check (true);
