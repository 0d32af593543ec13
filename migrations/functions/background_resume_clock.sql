-- Lets background work that was held because of the clock go on: an admin has checked the clock. For admins. Fails with `not_found` if it is not held.
-- What was put off while the clock was ahead is due now: nothing is put off by more than a day (DELIVERY_RETRY_AFTER_MAX_S), and no lease lasts an hour.
create or replace function background_resume_clock() returns void
language plpgsql volatile security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
declare
  v_jump_ms bigint;
begin
  perform support_require_admin();
  select b.clock_jump_ms into v_jump_ms from background_identity b where b.clock_paused_at is not null for update;
  if v_jump_ms is null then
    perform support_refuse('not_found');
  end if;
  update deliveries d set next_at = clock()
  where d.done_at is null and d.dead_at is null and d.next_at > clock() + interval '25 hours';
  update deliveries d set lease_until = clock() where d.lease_until > clock() + interval '1 hour';
  update consumer_faults f set next_at = clock() where f.held_at is null and f.next_at > clock() + interval '25 hours';
  update timers t set fire_at = greatest(t.due_at, clock())
  where t.held_at is null and t.attempts > 0 and t.fire_at > greatest(t.due_at, clock()) + interval '25 hours';
  update schedule_runs r set lease_until = clock() where r.done_at is null and r.lease_until > clock() + interval '1 hour';
  update background_identity b set clock_paused_at = null, clock_jump_ms = null;
  insert into access_log (user_id, action, ip_address, user_agent, detail)
  values (support_current_user_id(), 'clock_confirmed', support_current_address(), support_current_user_agent(),
          jsonb_build_object('milliseconds', v_jump_ms));
end
$$;
grant execute on function background_resume_clock() to {customer}, {staff};
