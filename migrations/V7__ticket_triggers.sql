-- Whoever changes a ticket, by function or by plain SQL: numbers, times and moves are kept right, and everything is logged.
-- Under traffic: new triggers on tables that nobody writes yet; safe.

set local role helpline_owner;

create function support_tickets_before_insert() returns trigger
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
  v_n bigint;
begin
  if new.ticket_number is null then
    v_n := nextval('support_ticket_numbers');
    new.ticket_number := 'TKT-' || lpad(v_n::text, greatest(6, length(v_n::text)), '0');
  elsif new.ticket_number ~ '^TKT-[0-9]{1,18}$' then
    -- Carried over from elsewhere: the sequence goes on behind it.
    v_n := substring(new.ticket_number from 5)::bigint;
    if v_n > (select last_value from support_ticket_numbers) then
      perform setval('support_ticket_numbers', v_n);
    end if;
  end if;
  if new.customer_email is null then
    select p.email into new.customer_email from people p where p.id = new.user_id;
  end if;
  if new.assigned_to is not null then
    new.assigned_at := coalesce(new.assigned_at, now());
    new.assignee_name := (select p.first_name from people p where p.id = new.assigned_to);
  end if;
  return new;
end
$$;

-- Keeps what follows from a change in step with it, and refuses moves that the table does not have. A move made by a message
-- (inside its trigger) has been looked up in the messages' own table.
create function support_tickets_before_update() returns trigger
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
  v_user constant uuid := support_current_user_id();
  v_by text := 'system';
begin
  if (new.id, new.ticket_number, new.user_id, new.created_at) is distinct from (old.id, old.ticket_number, old.user_id, old.created_at) then
    raise exception 'a ticket keeps its id, number, owner and time of opening' using errcode = 'check_violation';
  end if;
  if v_user is not null then
    v_by := case when v_user = old.user_id then 'customer' else 'admin' end;
    -- A legal hold may come late, and a redaction takes the opening's digest with it; nothing else changes in the archive.
    if old.archived_at is not null
       and (new.status, new.priority, new.category, new.assigned_to, new.subject, new.satisfaction_rating, new.satisfaction_comment, new.metadata)
         is distinct from
           (old.status, old.priority, old.category, old.assigned_to, old.subject, old.satisfaction_rating, old.satisfaction_comment, old.metadata) then
      perform support_refuse('ticket_archived');
    end if;
  end if;
  if new.status <> old.status then
    if not (pg_trigger_depth() > 1 and coalesce(nullif(current_setting('helpline.movers', true), '')::jsonb ? new.id::text, false))
       and not exists (select 1 from support_status_moves m
                       where m.actor_type = v_by and m.from_status = old.status and m.to_status = new.status) then
      perform support_refuse('invalid_move');
    end if;
    if new.status = 'resolved' then
      new.resolved_at := now();
    elsif new.status = 'closed' then
      new.closed_at := now();
    else
      new.resolved_at := null;
      new.closed_at := null;
    end if;
  end if;
  if new.assigned_to is distinct from old.assigned_to then
    if new.assigned_to is not null
       and (new.assigned_to = new.user_id or not exists (select 1 from user_roles r where r.user_id = new.assigned_to)) then
      perform support_refuse('invalid_field');
    end if;
    new.assigned_at := case when new.assigned_to is not null then now() end;
    new.assignee_name := (select p.first_name from people p where p.id = new.assigned_to);
  end if;
  if new.satisfaction_rating is distinct from old.satisfaction_rating and v_user is not null and old.status not in ('resolved', 'closed') then
    perform support_refuse('not_ratable');
  end if;
  new.updated_at := now();
  return new;
end
$$;

create trigger support_tickets_before_insert before insert on support_tickets
  for each row execute function support_tickets_before_insert();
create trigger support_tickets_before_update before update on support_tickets
  for each row execute function support_tickets_before_update();

-- A new ticket's first row: `created`.
create function support_tickets_log_inserted() returns trigger
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
  v_user constant uuid := support_current_user_id();
begin
  insert into support_ticket_heads (ticket_id, seq, public_seq, last_activity_at, public_last_activity_at)
  select i.id, 1, 1, i.created_at, i.created_at from inserted i;

  insert into support_ticket_activity (ticket_id, seq, public_seq, kind, actor_id, actor_type, public_actor_name, ip_address, user_agent,
    created_at)
  select i.id, 1, 1, 'created', v_user, a.actor_type,
         case a.actor_type when 'customer' then p.display_name when 'admin' then p.first_name end, i.ip_address, i.user_agent, i.created_at
  from inserted i
  cross join lateral (select case when v_user is null then 'system' when v_user = i.user_id then 'customer' else 'admin' end) a (actor_type)
  left join people p on p.id = v_user;
  return null;
end
$$;

-- One row for each thing that an update changed, in a fixed order. Custom plans: one ticket at a time by day, thousands in retention.
create function support_tickets_log_updated() returns trigger
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
set plan_cache_mode = force_custom_plan
as $$
declare
  v_user constant uuid := support_current_user_id();
  -- Who moved which ticket by a message; only the messages' trigger can have said so here.
  v_movers constant jsonb := case when pg_trigger_depth() > 1
    then coalesce(nullif(current_setting('helpline.movers', true), '')::jsonb, '{}') else '{}' end;
  v_tickets uuid[];
  v_kinds text[];
  v_actors uuid[];
  v_actor_types text[];
  v_olds text[];
  v_news text[];
  v_public_olds text[];
  v_public_news text[];
  v_descriptions text[];
begin
  select array_agg(n.id order by n.id, c.rank), array_agg(c.kind order by n.id, c.rank),
         array_agg(a.actor_id order by n.id, c.rank), array_agg(a.actor_type order by n.id, c.rank),
         array_agg(c.old_value order by n.id, c.rank), array_agg(c.new_value order by n.id, c.rank),
         array_agg(c.public_old_value order by n.id, c.rank), array_agg(c.public_new_value order by n.id, c.rank),
         array_agg(c.description order by n.id, c.rank)
  into v_tickets, v_kinds, v_actors, v_actor_types, v_olds, v_news, v_public_olds, v_public_news, v_descriptions
  from changed n
  join before o on o.id = n.id
  cross join lateral (
    select coalesce((v_movers -> n.id::text ->> 'id')::uuid, v_user),
           coalesce(v_movers -> n.id::text ->> 'type',
                    case when v_user is null then 'system' when v_user = n.user_id then 'customer' else 'admin' end)
  ) a (actor_id, actor_type)
  cross join lateral (values
    (1, case when n.status in ('resolved', 'closed', 'escalated') then n.status
             when o.status in ('resolved', 'closed') then 'reopened'
             else 'status_changed' end,
     o.status, n.status, o.status, n.status, null::text, n.status <> o.status),
    (2, 'priority_changed', o.priority, n.priority, o.priority, n.priority, null, n.priority <> o.priority),
    (3, 'category_changed', o.category, n.category, o.category, n.category, null, n.category <> o.category),
    (4, case when n.assigned_to is null then 'unassigned' else 'assigned' end, o.assigned_to::text, n.assigned_to::text,
     (select p.first_name from people p where p.id = o.assigned_to), (select p.first_name from people p where p.id = n.assigned_to),
     null, n.assigned_to is distinct from o.assigned_to),
    (5, 'rated', o.satisfaction_rating::text, n.satisfaction_rating::text, o.satisfaction_rating::text, n.satisfaction_rating::text,
     n.satisfaction_comment,
     (n.satisfaction_rating, n.satisfaction_comment) is distinct from (o.satisfaction_rating, o.satisfaction_comment)),
    (6, 'archived', null, null, null, null, null, o.archived_at is null and n.archived_at is not null),
    (7, 'logged', o.subject, n.subject, null, null, 'subject changed', n.subject <> o.subject),
    (8, 'logged', o.legal_hold::text, n.legal_hold::text, null, null, 'legal hold changed', n.legal_hold <> o.legal_hold),
    (9, 'logged', null, null, null, null, 'taken out of the archive', o.archived_at is not null and n.archived_at is null)
  ) c (rank, kind, old_value, new_value, public_old_value, public_new_value, description, happened)
  where c.happened;

  if v_tickets is not null then
    perform support_write_history(v_tickets, v_kinds, v_actors, v_actor_types, v_olds, v_news, v_public_olds, v_public_news,
      v_descriptions, array_fill(null::uuid, array[cardinality(v_tickets)]), array_fill(null::jsonb, array[cardinality(v_tickets)]));
  end if;
  return null;
end
$$;

create trigger support_tickets_log_inserted after insert on support_tickets
  referencing new table as inserted for each statement execute function support_tickets_log_inserted();
create trigger support_tickets_log_updated after update on support_tickets
  referencing old table as before new table as changed for each statement execute function support_tickets_log_updated();

-- What tickets keep of people follows them: the address in the search index, the agent's first name. A ticket that somebody holds
-- locked is passed over, because this runs at sign-in, which must not wait for it; it follows with its next change of owner's data.
create function people_changed() returns trigger
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
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
create trigger people_changed after insert or update of email, display_name on people
  for each row execute function people_changed();

reset role;
