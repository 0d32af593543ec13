-- Tries a held timer again, or removes it. For admins.
create or replace function timers_resolve(p_id bigint, p_remove boolean) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
declare
  v_ticket uuid;
  v record;
begin
  perform support_require_admin();
  select t.ticket_id into v_ticket from timers t where t.id = p_id;
  perform 1 from support_tickets t where t.id = v_ticket for no key update;
  select t.* into v from timers t where t.id = p_id and t.held_at is not null;
  if v.id is null then
    perform support_refuse('not_found');
  end if;
  if p_remove then
    delete from timers t where t.id = p_id;
  else
    update timers t set attempts = 0, held_at = null, fire_at = clock() where t.id = p_id;
  end if;
  insert into access_log (user_id, action, ticket_id, ip_address, user_agent, detail)
  values (support_current_user_id(), case when p_remove then 'timer_removed' else 'timer_retried' end, v.ticket_id,
          support_current_address(), support_current_user_agent(),
          jsonb_build_object('kind', v.kind, 'key', v.key, 'due', v.due_at, 'error', v.error));
end
$$;
grant execute on function timers_resolve(bigint, boolean) to {customer}, {staff};
