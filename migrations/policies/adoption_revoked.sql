create policy adoption_revoked_owner on adoption_revoked to {owner} using (true) with check (true);
