-- Lets a consumer go on with a ticket that it holds because an event failed: by another attempt at the event `p_seq`, or by skipping it for good. For
-- admins. It refuses if the ticket is at another event by now, so that only the event that the admin saw is skipped. A poll that is running ends first,
-- because it has already decided which events it skips.
create or replace function consumers_resolve_fault(p_name text, p_ticket uuid, p_seq bigint, p_skip boolean) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
declare
  f record;
begin
  perform support_require_admin();
  perform pg_advisory_xact_lock(hashtextextended(p_name, to_regclass('consumers')::oid::bigint));
  select x.* into f from consumer_faults x where x.consumer = p_name and x.ticket_id = p_ticket for update;
  if f.consumer is null then
    perform support_refuse('not_found');
  end if;
  if f.seq <> p_seq then
    perform support_refuse('conflict');
  end if;
  if p_skip and f.seq = f.last_seq then
    delete from consumer_faults x where x.consumer = p_name and x.ticket_id = p_ticket;
  else
    update consumer_faults x
    set seq = x.seq + p_skip::integer, attempts = 0, held_at = null, next_at = clock()
    where x.consumer = p_name and x.ticket_id = p_ticket;
  end if;
  insert into access_log (user_id, action, ticket_id, ip_address, user_agent, detail)
  values (support_current_user_id(), case when p_skip then 'consumer_event_skipped' else 'consumer_event_retried' end, p_ticket,
          support_current_address(), support_current_user_agent(),
          jsonb_build_object('consumer', p_name, 'seq', p_seq, 'error', f.error));
end
$$;
grant execute on function consumers_resolve_fault(text, uuid, bigint, boolean) to {customer}, {staff};
