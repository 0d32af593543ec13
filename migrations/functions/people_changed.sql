-- What tickets keep of people follows them: the address in the search index, the agent's first name. A ticket that somebody holds
-- locked is passed over, because this runs at sign-in, which must not wait for it; it follows with its next change of owner's data.
create or replace function people_changed() returns trigger
language plpgsql security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  if tg_op = 'INSERT' or new.email is distinct from old.email then
    update support_tickets t set customer_email = new.email
    where t.id in (select x.id from support_tickets x where x.user_id = new.id and x.customer_email is distinct from new.email
                   order by x.id for no key update skip locked);
  end if;
  if tg_op = 'INSERT' or new.first_name is distinct from old.first_name then
    update support_tickets t set assignee_name = new.first_name
    where t.id in (select x.id from support_tickets x where x.assigned_to = new.id and x.archived_at is null
                   and x.assignee_name is distinct from new.first_name order by x.id for no key update skip locked);
  end if;
  return null;
end
$$;
