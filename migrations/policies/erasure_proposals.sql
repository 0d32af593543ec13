create policy erasure_proposals_owner on erasure_proposals to {owner} using (true) with check (true);
