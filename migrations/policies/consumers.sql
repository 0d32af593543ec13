create policy consumers_owner on consumers to {owner} using (true) with check (true);
