-- Records that a consumer has passed the events of its window up to a position, or the whole window (`p_is_last`). `p_skipped` and `p_skipped_seqs`
-- name the tickets whose events were skipped, each with the last event.
create or replace function consumers_advance(
  p_name text, p_upto text, p_is_last boolean, p_ticket uuid, p_seq bigint, p_events bigint, p_skipped uuid[], p_skipped_seqs bigint[]
) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, {schema}, pg_temp
set plan_cache_mode = force_generic_plan
set max_parallel_workers_per_gather = 0
set enable_seqscan = off
as $$
declare
  v_was_sorted boolean;
  v_skipped bigint;
begin
  update consumer_faults f set last_seq = greatest(f.last_seq, s.seq)
  from unnest(p_skipped, p_skipped_seqs) as s (ticket_id, seq)
  where f.consumer = p_name and f.ticket_id = s.ticket_id;
  get diagnostics v_skipped = row_count;
  if v_skipped < cardinality(p_skipped)
     and exists (select 1 from unnest(p_skipped) s (id) join support_tickets t on t.id = s.id
                 where not exists (select 1 from consumer_faults f where f.consumer = p_name and f.ticket_id = s.id offset 0)) then
    raise exception 'events of consumer % were skipped that no fault records', p_name;
  end if;
  select c.is_sorted into v_was_sorted from consumers c where c.name = p_name;
  update consumers c
  set seen = case when p_is_last then p_upto::pg_snapshot else c.seen end,
      upto = case when p_is_last then null else p_upto::pg_snapshot end,
      position_ticket = case when not p_is_last then p_ticket end,
      position_seq = case when not p_is_last then p_seq end,
      is_sorted = c.is_sorted and not p_is_last,
      events = c.events + p_events,
      moved_at = clock_timestamp()
  where c.name = p_name;
  if v_was_sorted then
    delete from consumer_windows w
    where w.consumer = p_name and (p_is_last or (w.ticket_id, w.seq) <= (p_ticket, p_seq));
  end if;
end
$$;
grant execute on function consumers_advance(text, text, boolean, uuid, bigint, bigint, uuid[], bigint[]) to {service};
