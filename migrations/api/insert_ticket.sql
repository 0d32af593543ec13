-- Opens a ticket for the person in the claims. The person's address and name come from the claims, not from the inserted row.
create or replace function {api}.insert_ticket() returns trigger
language plpgsql security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
declare
  v_user constant uuid := {api}.begin_write();
  v_ticket uuid;
begin
  if new.user_id <> v_user or new.status <> 'open' then
    perform support_refuse('forbidden');
  end if;
  perform {api}.require_text(new.subject);
  insert into support_tickets (user_id, subject, category, priority)
  values (v_user, new.subject, coalesce(new.category, 'general'), coalesce(new.priority, 'medium'))
  returning id into v_ticket;
  select v.* into new from {api}.support_tickets v where v.id = v_ticket;
  return new;
end
$$;
