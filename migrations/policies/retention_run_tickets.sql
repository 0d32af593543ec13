create policy retention_run_tickets_owner on retention_run_tickets to {owner} using (true) with check (true);
