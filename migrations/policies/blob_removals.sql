create policy blob_removals_owner on blob_removals to {owner} using (true) with check (true);
