-- The lists that agents live in show active tickets: a few thousand among a million that are over. Their order stands on the heads, their status
-- on the tickets, so a page of one agent's urgent ones was found by walking back through years (5,000 tickets, 25 ms; 208 now, 1.6 ms). The heads now know which
-- tickets are over, and an index in the lists' order holds the others alone.
-- Under traffic: a column with a default; the heads of tickets that are over are updated once (ten seconds for a million) while those tickets
-- take no message, and bumps wait while the index is built (a second for a million).

set local role helpline_owner;

-- The same rule as core's `Status::is_over`. The trigger's condition repeats it: that one is asked as whoever writes.
create function support_is_over(p_status text) returns boolean
language sql immutable parallel safe
as $$
  select p_status in ('resolved', 'closed')
$$;

alter table support_ticket_heads add column is_over boolean not null default false;

create or replace function support_tickets_log_inserted() returns trigger
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
  v_user constant uuid := support_current_user_id();
begin
  insert into support_ticket_heads (ticket_id, seq, public_seq, last_activity_at, public_last_activity_at, is_over)
  select i.id, 1, 1, i.created_at, i.created_at, support_is_over(i.status) from inserted i;

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

-- A ticket ends, or is taken up again: seldom, beside what its messages bump.
create function support_tickets_over_changed() returns trigger
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
  update support_ticket_heads h set is_over = support_is_over(new.status) where h.ticket_id = new.id;
  return null;
end
$$;
create trigger support_tickets_over_changed after update on support_tickets
  for each row when ((old.status in ('resolved', 'closed')) is distinct from (new.status in ('resolved', 'closed')))
  execute function support_tickets_over_changed();

update support_ticket_heads h set is_over = true from support_tickets t where t.id = h.ticket_id and support_is_over(t.status);

create index support_ticket_heads_active_idx on support_ticket_heads (last_activity_at desc, ticket_id desc) where not is_over;

reset role;
