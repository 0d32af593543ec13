create policy deliveries_owner on deliveries to {owner} using (true) with check (true);
