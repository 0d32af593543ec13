-- Cancels a ticket's timer, or all timers of a kind if `p_key` is null. Part of the caller's transaction. Returns the number of timers.
create or replace function timers_cancel(p_ticket uuid, p_kind text, p_key text) returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
declare
  v_rows bigint;
begin
  perform 1 from support_tickets t where t.id = p_ticket for no key update;
  delete from timers t where t.ticket_id = p_ticket and t.kind = p_kind and (p_key is null or t.key = p_key);
  get diagnostics v_rows = row_count;
  return v_rows;
end
$$;
grant execute on function timers_cancel(uuid, text, text) to {service};
