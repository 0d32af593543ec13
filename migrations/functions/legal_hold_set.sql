-- Sets a legal hold on a ticket, or on a person and all tickets that they opened. For admins, but not on themselves or their own tickets. The access
-- log records it, and so does the ticket's history. Waits for a portion of retention that is at work, so that the hold is certain when this returns.
-- Returns when the hold was set.
create or replace function legal_hold_set(p_id uuid, p_ticket uuid, p_person uuid, p_reason text, p_review_at timestamptz) returns timestamptz
language plpgsql volatile security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
declare
  v_user constant uuid := support_current_user_id();
  v_at constant timestamptz := clock();
begin
  perform support_require_admin();
  if num_nonnulls(p_ticket, p_person) <> 1 then
    perform support_refuse('invalid_field');
  elsif p_ticket is not null and (support_lock_ticket(p_ticket)).side = 'customer' then
    perform support_refuse('forbidden');
  elsif p_person = v_user then
    perform support_refuse('forbidden');
  elsif p_person is not null and not exists (select 1 from people p where p.id = p_person) then
    perform support_refuse('not_found');
  end if;
  insert into access_log (user_id, action, ticket_id, ip_address, user_agent, detail)
  values (v_user, 'legal_hold_set', p_ticket, support_current_address(), support_current_user_agent(),
          jsonb_build_object('hold', p_id, 'person', p_person, 'reason', p_reason, 'review', p_review_at));
  insert into legal_holds (id, ticket_id, person_id, reason, set_by, set_at, review_at)
  values (p_id, p_ticket, p_person, p_reason, v_user, v_at, p_review_at);
  update support_tickets t set legal_hold = true where t.id = p_ticket and not t.legal_hold;
  return v_at;
end
$$;
grant execute on function legal_hold_set(uuid, uuid, uuid, text, timestamptz) to {customer}, {staff};
