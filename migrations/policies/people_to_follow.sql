create policy people_to_follow_owner on people_to_follow to {owner} using (true) with check (true);
