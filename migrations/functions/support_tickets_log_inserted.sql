-- Trigger function that writes the first event of a new ticket, of kind `created`.
create or replace function support_tickets_log_inserted() returns trigger
language plpgsql security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
declare
  v_user constant uuid := support_current_user_id();
  v_cluster constant bigint := helpline_cluster();
  v_assigned uuid[];
  v_held constant uuid[] := array(select i.id from inserted i where i.legal_hold);
begin
  if v_held <> '{}' then
    perform support_hold_by_sql(v_held);
  end if;
  insert into support_ticket_heads (ticket_id, seq, public_seq, last_activity_at, public_last_activity_at, is_over, waiting_since)
  select i.id, 1, 1, i.created_at, i.created_at, support_is_over(i.status), case when i.archived_at is null then i.created_at end
  from inserted i;

  insert into support_ticket_activity (ticket_id, seq, public_seq, kind, actor_id, actor_type, public_actor_name, ip_address, user_agent,
    cluster, created_at)
  select i.id, 1, 1, 'created', v_user, a.actor_type,
         case a.actor_type when 'customer' then p.display_name when 'admin' then p.first_name end, i.ip_address, i.user_agent,
         v_cluster, i.created_at
  from inserted i
  cross join lateral (select case when v_user is null then 'system' when v_user = i.user_id then 'customer' else 'admin' end) a (actor_type)
  left join people p on p.id = v_user;

  -- Unassign imported tickets whose assignee cannot work on them. The history still shows who the assignee was.
  v_assigned := array(select a.id from (select distinct i.assigned_to as id from inserted i where i.assigned_to is not null) a
                      where not support_can_be_assigned(a.id) order by a.id);
  if v_assigned <> '{}' then
    perform support_unassign_all(v_assigned);
  end if;
  return null;
end
$$;
