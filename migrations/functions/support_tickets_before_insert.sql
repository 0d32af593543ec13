create or replace function support_tickets_before_insert() returns trigger
language plpgsql security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
declare
  v_n bigint;
begin
  if new.ticket_number is null then
    v_n := nextval('support_ticket_numbers');
    new.ticket_number := 'TKT-' || lpad(v_n::text, greatest(6, length(v_n::text)), '0');
  elsif new.ticket_number ~ '^TKT-[0-9]{1,18}$' then
    -- An import has set the ticket number. Move the sequence forward, so that new tickets get higher numbers.
    v_n := substring(new.ticket_number from 5)::bigint;
    if v_n > (select last_value from support_ticket_numbers) then
      perform setval('support_ticket_numbers', v_n);
    end if;
  end if;
  if new.customer_email is null then
    select p.email into new.customer_email from people p where p.id = new.user_id;
  end if;
  -- `support_tickets_before_update` contains the same expression.
  new.search_folded := support_fold(concat_ws(' ', new.ticket_number, new.subject, new.customer_email));
  if new.assigned_to is not null then
    new.assigned_at := coalesce(new.assigned_at, new.created_at);
    new.assignee_name := (select p.first_name from people p where p.id = new.assigned_to);
  end if;
  return new;
end
$$;
