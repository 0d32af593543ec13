-- Records, for each ticket, how far a consumer came. With an error, the event `p_seqs` has failed; without one, it is the next event of a ticket whose
-- failed event has succeeded. `p_last_seqs` is the last event that was skipped. If no skipped event remains, the ticket's row is removed. `p_counted`
-- is false for failures that say nothing about the event, for example a locked ticket.
create or replace function consumers_record_faults(
  p_name text, p_tickets uuid[], p_seqs bigint[], p_last_seqs bigint[], p_errors text[], p_counted boolean[], p_attempts_max integer,
  p_retry_ms bigint, p_busy_retry_ms bigint
) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
#variable_conflict use_column
declare
  v_now constant timestamptz := clock();
begin
  delete from consumer_faults f
  using unnest(p_tickets, p_seqs, p_errors) as r (ticket_id, seq, error)
  where f.consumer = p_name and f.ticket_id = r.ticket_id and r.error is null and r.seq > f.last_seq;
  -- Events that were skipped remain, and are due at once.
  update consumer_faults f
  set seq = r.seq, attempts = 0, next_at = v_now
  from unnest(p_tickets, p_seqs, p_errors) as r (ticket_id, seq, error)
  where f.consumer = p_name and f.ticket_id = r.ticket_id and r.error is null;
  insert into consumer_faults as f (consumer, ticket_id, seq, last_seq, attempts, error, failed_at, next_at)
  select p_name, r.ticket_id, r.seq, r.last_seq, r.counted::integer, left(r.error, 500), v_now,
         v_now + interval '1 millisecond' * case when r.counted then p_retry_ms else p_busy_retry_ms end
  from unnest(p_tickets, p_seqs, p_last_seqs, p_errors, p_counted) as r (ticket_id, seq, last_seq, error, counted)
  where r.error is not null
  on conflict on constraint consumer_faults_pkey do update
  set seq = excluded.seq,
      last_seq = greatest(f.last_seq, excluded.last_seq),
      attempts = excluded.attempts + case when f.seq = excluded.seq then f.attempts else 0 end,
      error = excluded.error,
      -- Each counted attempt of an event waits ten times as long as the one before.
      next_at = v_now + interval '1 millisecond' * case when excluded.attempts = 0 then p_busy_retry_ms
                  else p_retry_ms * power(10, least(case when f.seq = excluded.seq then f.attempts else 0 end, 3)) end,
      failed_at = case when f.seq = excluded.seq then f.failed_at else excluded.failed_at end;
  update consumer_faults f set held_at = v_now
  where f.consumer = p_name and f.ticket_id = any (p_tickets) and f.attempts >= p_attempts_max and f.held_at is null;
end
$$;
grant execute on function consumers_record_faults(text, uuid[], bigint[], bigint[], text[], boolean[], integer, bigint, bigint) to {service};
