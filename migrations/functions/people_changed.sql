-- What tickets keep of people follows them: the address in the search index, the agent's first name. Here that is only asked for, because this
-- runs at sign-in, in one statement for many people: `support_follow_people` does it.
create or replace function people_changed() returns trigger
language plpgsql security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  if ((tg_op = 'INSERT' or new.email is distinct from old.email) and exists (select 1 from support_tickets t where t.user_id = new.id))
     or ((tg_op = 'INSERT' or new.first_name is distinct from old.first_name)
         and exists (select 1 from support_tickets t where t.assigned_to = new.id and t.archived_at is null)) then
    -- A row that is there already is written again: the job that is about to remove it then looks once more.
    insert into people_to_follow as f (person_id) values (new.id)
    on conflict on constraint people_to_follow_pkey do update set since = excluded.since;
  end if;
  return null;
end
$$;
