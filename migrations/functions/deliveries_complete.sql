-- Records the result of an attempt: `done`, `retry` after `p_retry_ms`, or `dead`. Returns false, and changes nothing, if the worker no longer has the
-- lease because another worker has taken the delivery over.
create or replace function deliveries_complete(p_id uuid, p_token uuid, p_result text, p_error text, p_retry_ms bigint) returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
declare
  v_now constant timestamptz := clock();
begin
  if p_result not in ('done', 'retry', 'dead') then
    raise exception 'unknown result of a delivery: %', p_result;
  end if;
  update deliveries d
  set lease_token = null,
      lease_until = null,
      done_at = case when p_result = 'done' then v_now end,
      dead_at = case when p_result = 'dead' then v_now end,
      next_at = case when p_result = 'retry' then v_now + interval '1 millisecond' * p_retry_ms else d.next_at end,
      error = left(p_error, 500)
  where d.id = p_id and d.lease_token = p_token;
  return found;
end
$$;
grant execute on function deliveries_complete(uuid, uuid, text, text, bigint) to {service};
