create policy erased_people_owner on erased_people to {owner} using (true) with check (true);
