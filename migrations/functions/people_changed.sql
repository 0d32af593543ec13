-- Tickets keep copies of the customer's address (for search) and of the agent's first name. When one of them changes, this trigger queues the person,
-- and `support_follow_people` updates the tickets. The trigger does no more because it runs at sign-in, in one statement for many people.
create or replace function people_changed() returns trigger
language plpgsql security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  if ((tg_op = 'INSERT' or new.email is distinct from old.email) and exists (select 1 from support_tickets t where t.user_id = new.id))
     or ((tg_op = 'INSERT' or new.first_name is distinct from old.first_name)
         and exists (select 1 from support_tickets t where t.assigned_to = new.id and t.archived_at is null)) then
    -- Update a row that exists already, so that a job that is about to delete it checks the person again.
    insert into people_to_follow as f (person_id) values (new.id)
    on conflict on constraint people_to_follow_pkey do update set since = excluded.since;
  end if;
  return null;
end
$$;
