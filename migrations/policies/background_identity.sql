create policy background_identity_owner on background_identity to {owner} using (true) with check (true);
