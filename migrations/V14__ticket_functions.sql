-- The writes that people make by hand: each asks who calls (the claims), judges under the ticket's lock, and only changes rows: the
-- triggers log. Granted to the roles of the platform; refusals are HL001 with the code's word.
-- Under traffic: new functions only; safe.

set local role helpline_owner;

create function support_create_ticket(
  p_id uuid, p_message uuid, p_key text, p_subject text, p_category text, p_priority text, p_description text, p_attachments jsonb,
  p_metadata jsonb
) returns table (ticket_id uuid, duplicate boolean)
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
  v_user constant uuid := support_require_user();
  v_digest constant bytea := support_digest(false, p_subject || E'\n' || p_category || E'\n' || p_priority || E'\n' || p_description, p_attachments);
  v_known record;
begin
  if v_user is null then
    perform support_refuse('not_authenticated');
  end if;
  -- Twice: a first attempt in a transaction still open makes the insert wait, and is found by the second look.
  for i in 1..2 loop
    select t.id, t.key_digest into v_known from support_tickets t where t.user_id = v_user and t.key = p_key;
    if found then
      if v_known.key_digest <> v_digest then
        perform support_refuse('key_reused');
      end if;
      return query select v_known.id, true;
      return;
    end if;
    insert into support_tickets (id, user_id, subject, category, priority, metadata, key, key_digest)
    values (p_id, v_user, p_subject, p_category, p_priority, coalesce(p_metadata, '{}'), p_key, v_digest)
    on conflict on constraint support_tickets_user_key do nothing;
    if found then
      insert into support_messages (id, ticket_id, sender_id, sender_type, body, attachments, key, key_digest)
      values (p_message, p_id, v_user, 'customer', p_description, p_attachments, p_key, support_digest(false, p_description, p_attachments));
      return query select p_id, false;
      return;
    end if;
  end loop;
  perform support_refuse('conflict');
end
$$;

-- Locks the ticket for the caller and tells their side of it; refuses a missing and a foreign one alike.
create function support_lock_ticket(p_ticket uuid, out ticket support_tickets, out side text)
language plpgsql
set search_path = pg_catalog, public, pg_temp
as $$
declare
  v_user constant uuid := support_require_user();
begin
  select t.* into ticket from support_tickets t where t.id = p_ticket for no key update;
  side := case when v_user is null then 'system' when ticket.user_id = v_user then 'customer' when support_current_role() is not null then 'admin' end;
  if ticket.id is null or side is null then
    perform support_refuse('not_found');
  end if;
end
$$;

-- Changes a ticket, all or nothing. A null leaves a field alone; `p_assign` says whether `p_assigned_to` (null: nobody) counts.
create function support_change_ticket(
  p_ticket uuid, p_status text, p_priority text, p_category text, p_assign boolean, p_assigned_to uuid
) returns void
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
  v record := support_lock_ticket(p_ticket);
  t constant support_tickets := v.ticket;
begin
  if v.side = 'customer' and (p_priority is not null or p_category is not null or p_assign) then
    perform support_refuse('forbidden');
  end if;
  if t.archived_at is not null then
    perform support_refuse('ticket_archived');
  end if;
  update support_tickets u
  set status = coalesce(p_status, u.status), priority = coalesce(p_priority, u.priority), category = coalesce(p_category, u.category),
      assigned_to = case when p_assign then p_assigned_to else u.assigned_to end
  where u.id = p_ticket
    and (coalesce(p_status, u.status), coalesce(p_priority, u.priority), coalesce(p_category, u.category),
         case when p_assign then p_assigned_to else u.assigned_to end) is distinct from (u.status, u.priority, u.category, u.assigned_to);
end
$$;

-- The original's names for two of those changes.
create function update_ticket_status(p_ticket_id uuid, p_new_status text) returns void
language sql security definer
set search_path = pg_catalog, public, pg_temp
as $$
  select support_change_ticket(p_ticket_id, p_new_status, null, null, false, null)
$$;

create function assign_ticket(p_ticket_id uuid, p_assigned_to uuid) returns void
language sql security definer
set search_path = pg_catalog, public, pg_temp
as $$
  select support_change_ticket(p_ticket_id, null, null, null, true, p_assigned_to)
$$;

create function support_rate_ticket(p_ticket uuid, p_rating integer, p_comment text) returns void
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
  v record := support_lock_ticket(p_ticket);
  t constant support_tickets := v.ticket;
begin
  if v.side <> 'customer' then
    perform support_refuse('forbidden');
  elsif t.archived_at is not null then
    perform support_refuse('ticket_archived');
  elsif t.status not in ('resolved', 'closed') then
    perform support_refuse('not_ratable');
  end if;
  update support_tickets u
  set satisfaction_rating = p_rating, satisfaction_comment = p_comment
  where u.id = p_ticket and (u.satisfaction_rating, u.satisfaction_comment) is distinct from (p_rating, p_comment);
end
$$;

-- Changes the text of a message of one's own, while the ticket takes messages.
create function support_edit_message(p_ticket uuid, p_message uuid, p_body text) returns void
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
  v record := support_lock_ticket(p_ticket);
  t constant support_tickets := v.ticket;
  m support_messages;
begin
  select * into m from support_messages x where x.id = p_message and x.ticket_id = p_ticket;
  if m.id is null or (m.is_internal and v.side = 'customer') then
    perform support_refuse('not_found');
  elsif m.sender_id is distinct from support_current_user_id() then
    perform support_refuse('forbidden');
  elsif t.archived_at is not null then
    perform support_refuse('ticket_archived');
  elsif t.status = 'closed' then
    perform support_refuse('ticket_closed');
  elsif m.redacted_at is not null then
    perform support_refuse('redacted');
  end if;
  update support_messages x set body = p_body where x.id = p_message and x.body <> p_body;
end
$$;

-- Removes a text for good: one's own, or as an admin anybody's; also on closed and archived tickets, for a secret does not wait.
create function support_redact_message(p_ticket uuid, p_message uuid) returns void
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
  v record := support_lock_ticket(p_ticket);
  m support_messages;
begin
  select * into m from support_messages x where x.id = p_message and x.ticket_id = p_ticket;
  if m.id is null or (m.is_internal and v.side = 'customer') then
    perform support_refuse('not_found');
  elsif v.side <> 'system' and m.sender_id is distinct from support_current_user_id()
        and not (v.side = 'admin' and support_current_role() = 'admin') then
    perform support_refuse('forbidden');
  end if;
  update support_messages x set redacted_at = clock_timestamp() where x.id = p_message and x.redacted_at is null;
end
$$;

grant execute on function
  support_create_ticket(uuid, uuid, text, text, text, text, text, jsonb, jsonb),
  support_change_ticket(uuid, text, text, text, boolean, uuid), update_ticket_status(uuid, text), support_rate_ticket(uuid, integer, text),
  support_edit_message(uuid, uuid, text), support_redact_message(uuid, uuid) to helpline_customer, helpline_staff;
grant execute on function assign_ticket(uuid, uuid), log_ticket_activity(uuid, text, text, text, text, jsonb) to helpline_staff;

reset role;
