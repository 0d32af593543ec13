-- Tickets keep copies of the customer's email address (for search) and of the agent's first name. When a person's address or name changes, this
-- trigger adds the person to the queue `people_to_follow`, and `support_follow_people` updates the tickets later. The trigger does not update tickets
-- itself because it runs during sign-in, in one statement for many people.
create or replace function people_changed() returns trigger
language plpgsql security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  if ((tg_op = 'INSERT' or new.email is distinct from old.email) and exists (select 1 from support_tickets t where t.user_id = new.id))
     or ((tg_op = 'INSERT' or new.first_name is distinct from old.first_name)
         and exists (select 1 from support_tickets t where t.assigned_to = new.id and t.archived_at is null)) then
    -- If the person is already queued, update the queue row. A job that is about to delete that row then checks the person again.
    insert into people_to_follow as f (person_id) values (new.id)
    on conflict on constraint people_to_follow_pkey do update set since = excluded.since;
  end if;
  return null;
end
$$;
