-- Records that a timer's action failed, and when it is tried again. After `p_attempts_max` failures, the timer waits for an admin. Nothing happens if
-- the timer has been set anew meanwhile, which `p_attempts` or `p_fire_at` shows, or if its ticket is locked; the timer is then still due.
create or replace function timers_fail(p_id bigint, p_attempts integer, p_fire_at timestamptz, p_error text, p_attempts_max integer, p_retry_ms bigint) returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  perform 1 from support_tickets s where s.id = (select t.ticket_id from timers t where t.id = p_id) for no key update skip locked;
  if not found then
    return false;
  end if;
  update timers t
  set attempts = t.attempts + 1,
      error = left(p_error, 500),
      fire_at = clock() + interval '1 millisecond' * p_retry_ms * power(10, least(t.attempts, 3)),
      held_at = case when t.attempts + 1 >= p_attempts_max then clock() end
  where t.id = p_id and t.attempts = p_attempts and t.fire_at = p_fire_at and t.held_at is null;
  return found;
end
$$;
grant execute on function timers_fail(bigint, integer, timestamptz, text, integer, bigint) to {service};
