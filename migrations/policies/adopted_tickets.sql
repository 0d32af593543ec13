create policy adopted_tickets_owner on adopted_tickets to {owner} using (true) with check (true);
