-- Takes a timer that is due, and deletes it in the caller's transaction. It locks the ticket first: if timers were locked first, a timer that fires and a
-- change of the ticket that cancels the timer would wait for each other. States: `claimed`; `taken` (another transaction has locked the ticket);
-- `gone` (fired, cancelled or moved meanwhile).
create or replace function timers_claim(
  p_id bigint, out state text, out kind text, out ticket_id uuid, out key text, out due_at timestamptz, out payload jsonb, out attempts integer, out fire_at timestamptz
)
language plpgsql volatile security definer
set search_path = pg_catalog, {schema}, pg_temp
set plan_cache_mode = force_generic_plan
set max_parallel_workers_per_gather = 0
set enable_seqscan = off
as $$
#variable_conflict use_column
declare
  v_ticket uuid;
begin
  state := 'gone';
  select t.ticket_id into v_ticket from timers t where t.id = p_id;
  if v_ticket is null then
    return;
  end if;
  perform 1 from support_tickets t where t.id = v_ticket for no key update skip locked;
  if not found then
    state := 'taken';
    return;
  end if;
  delete from timers t
  where t.id = p_id and t.held_at is null and t.fire_at <= clock()
  returning 'claimed', t.kind, t.ticket_id, t.key, t.due_at, t.payload, t.attempts, t.fire_at
  into state, kind, ticket_id, key, due_at, payload, attempts, fire_at;
  state := coalesce(state, 'gone');
end
$$;
grant execute on function timers_claim(bigint) to {service};
