-- What is no history of a ticket but must not go unrecorded: staff reads, refused attempts, and who gives whom which role.
-- Under traffic: new table, functions and triggers on two small tables; safe.

set local role helpline_owner;

create table access_log (
  id bigint generated always as identity,
  -- Null: before sign-in, or an administrator of the database.
  user_id uuid,
  action text not null,
  -- No foreign key: refused attempts name tickets that never were, and rows outlive their ticket.
  ticket_id uuid,
  refused text,
  ip_address inet,
  user_agent text,
  detail jsonb not null default '{}',
  xid xid8 not null default pg_current_xact_id(),
  created_at timestamptz not null default clock_timestamp(),
  constraint access_log_pkey primary key (id),
  constraint access_log_action_check check (action ~ '^[a-z][a-z_]{0,63}$')
);

create index access_log_created_at_idx on access_log using brin (created_at);
create index access_log_user_idx on access_log (user_id, id);
create index access_log_ticket_idx on access_log (ticket_id, id) where ticket_id is not null;

alter table access_log enable row level security;
alter table access_log force row level security;
create policy access_log_owner on access_log to helpline_owner using (true) with check (true);
grant select on access_log to helpline_staff;
create policy access_log_staff_select on access_log for select to helpline_staff using ((select support_current_role()) = 'admin');

create trigger access_log_append_only before update or delete or truncate on access_log
  for each statement execute function support_forbid_change();

create function support_record_access(
  p_users uuid[], p_actions text[], p_tickets uuid[], p_refused text[], p_addresses inet[], p_user_agents text[], p_details jsonb[]
) returns void
language sql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
  insert into access_log (user_id, action, ticket_id, refused, ip_address, user_agent, detail)
  select e.user_id, e.action, e.ticket_id, e.refused, e.ip_address, e.user_agent, e.detail
  from unnest(p_users, p_actions, p_tickets, p_refused, p_addresses, p_user_agents, p_details) with ordinality
    as e (user_id, action, ticket_id, refused, ip_address, user_agent, detail, n)
  order by e.n
$$;
grant execute on function support_record_access(uuid[], text[], uuid[], text[], inet[], text[], jsonb[]) to helpline_service;

-- Whoever changes a standing, by function or plain SQL, is recorded.
create function user_roles_recorded() returns trigger
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
  if tg_op in ('DELETE', 'UPDATE') then
    insert into access_log (user_id, action, ip_address, user_agent, detail)
    values (support_current_user_id(), 'role_revoked', support_current_address(), support_current_user_agent(),
            jsonb_build_object('user', old.user_id, 'role', old.role));
  end if;
  if tg_op in ('INSERT', 'UPDATE') then
    insert into access_log (user_id, action, ip_address, user_agent, detail)
    values (support_current_user_id(), 'role_granted', support_current_address(), support_current_user_agent(),
            jsonb_build_object('user', new.user_id, 'role', new.role));
  end if;
  return null;
end
$$;
create trigger user_roles_recorded after insert or update or delete on user_roles
  for each row execute function user_roles_recorded();

create function people_block_recorded() returns trigger
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
  insert into access_log (user_id, action, ip_address, user_agent, detail)
  values (support_current_user_id(), case when new.blocked_at is null then 'person_unblocked' else 'person_blocked' end,
          support_current_address(), support_current_user_agent(), jsonb_build_object('user', new.id));
  return null;
end
$$;
create trigger people_block_recorded after update of blocked_at on people
  for each row when ((old.blocked_at is null) <> (new.blocked_at is null)) execute function people_block_recorded();

-- By an admin. The lock keeps two admins from taking each other's role at once, which would leave none.
create function support_set_role(p_user uuid, p_role text) returns void
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
  if support_require_user() is not null and support_current_role() is distinct from 'admin' then
    perform support_refuse('forbidden');
  end if;
  lock table user_roles in share row exclusive mode;
  if p_role is distinct from 'admin' and exists (select 1 from user_roles r where r.user_id = p_user and r.role = 'admin')
     and not exists (select 1 from user_roles r where r.user_id <> p_user and r.role = 'admin') then
    perform support_refuse('conflict');
  end if;
  delete from user_roles r where r.user_id = p_user and r.role is distinct from p_role;
  if p_role is not null then
    insert into user_roles (user_id, role, granted_by) values (p_user, p_role, support_current_user_id())
    on conflict on constraint user_roles_pkey do nothing;
  end if;
end
$$;
grant execute on function support_set_role(uuid, text) to helpline_staff, helpline_customer;

reset role;
