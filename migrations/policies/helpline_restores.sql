create policy helpline_restores_owner on helpline_restores to {owner} using (true) with check (true);
