create policy adopted_originals_owner on adopted_originals to {owner} using (true) with check (true);
