create policy consumer_faults_owner on consumer_faults to {owner} using (true) with check (true);
