create policy consumer_windows_owner on consumer_windows to {owner} using (true) with check (true);
