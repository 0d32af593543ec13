create policy uploads_owner on uploads to {owner} using (true) with check (true);
