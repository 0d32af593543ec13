create policy service_instances_owner on service_instances to {owner} using (true) with check (true);
