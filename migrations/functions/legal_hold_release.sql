-- Releases a legal hold. For admins, but not on themselves or their own tickets. A ticket or person with another hold stays held. The access log
-- records it, and so does the ticket's history.
create or replace function legal_hold_release(p_id uuid) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
declare
  h record;
begin
  perform support_require_admin();
  select x.* into h from legal_holds x where x.id = p_id;
  if h.id is null then
    perform support_refuse('not_found');
  elsif h.person_id = support_current_user_id() then
    perform support_refuse('forbidden');
  end if;
  -- Tickets are locked before anything else, as everywhere. The ticket may have been deleted after an earlier release.
  if exists (select 1 from support_tickets t where t.id = h.ticket_id) and (support_lock_ticket(h.ticket_id)).side = 'customer' then
    perform support_refuse('forbidden');
  end if;
  update legal_holds x set released_at = clock(), released_by = support_current_user_id() where x.id = p_id and x.released_at is null;
  if not found then
    perform support_refuse('conflict');
  end if;
  update support_tickets t set legal_hold = false
  where t.id = h.ticket_id and t.legal_hold and not support_is_held(t.id, null);
  insert into access_log (user_id, action, ticket_id, ip_address, user_agent, detail)
  values (support_current_user_id(), 'legal_hold_released', h.ticket_id, support_current_address(), support_current_user_agent(),
          jsonb_build_object('hold', p_id, 'person', h.person_id, 'reason', h.reason));
end
$$;
grant execute on function legal_hold_release(uuid) to {customer}, {staff};
