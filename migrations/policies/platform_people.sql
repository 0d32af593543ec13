create policy platform_people_owner on platform_people to {owner} using (true) with check (true);
