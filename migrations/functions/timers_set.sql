-- Sets a timer, or moves it to another time. Part of the caller's transaction. Everything that changes a timer locks its ticket first, so that this
-- function, a timer that fires, and a change of the ticket that sets timers cannot deadlock.
create or replace function timers_set(p_ticket uuid, p_kind text, p_key text, p_due_at timestamptz, p_payload jsonb) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  perform 1 from support_tickets t where t.id = p_ticket for no key update;
  if not found then
    perform support_refuse('not_found');
  end if;
  insert into timers as t (kind, ticket_id, key, due_at, fire_at, payload) values (p_kind, p_ticket, p_key, p_due_at, p_due_at, p_payload)
  on conflict on constraint timers_ticket_key do update
  set due_at = excluded.due_at, fire_at = excluded.fire_at, payload = excluded.payload, attempts = 0, error = null, held_at = null;
end
$$;
grant execute on function timers_set(uuid, text, text, timestamptz, jsonb) to {service};
