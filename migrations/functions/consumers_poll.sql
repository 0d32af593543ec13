-- Reserves a consumer for the current transaction and returns what there is to do. It writes nothing, so that a poll that finds nothing costs no
-- transaction number and no log. The caller passes `upto`, the end of the window, to the functions that follow.
--
-- States: `taken` (another instance is at it), `paused`, `faults` (failed events are due: see `consumers_due_faults`; only with `p_with_faults`),
-- `idle` (no new event), `window` (there are events), `unsorted` (call `consumers_sort` first: the window is too large, or the database is another
-- cluster than before), `rewound` (the transaction counter was set back).
--
-- In the state `window`, it also returns the window's next events, in the order of ticket and `seq`. Fewer than `p_rows_max` of them mean that the
-- window ends with them. `skips` marks events of tickets of which an earlier event failed (`consumer_faults`); it is null if there are none.
create or replace function consumers_poll(
  p_name text, p_window_rows_max bigint, p_rows_max bigint, p_with_faults boolean,
  out state text, out upto text, out tickets uuid[], out seqs bigint[], out xids bigint[], out skips boolean[]
)
language plpgsql volatile security definer
set search_path = pg_catalog, {schema}, pg_temp
set plan_cache_mode = force_generic_plan
set max_parallel_workers_per_gather = 0
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
#variable_conflict use_column
declare
  c record;
  v_upto pg_snapshot;
begin
  if not pg_try_advisory_xact_lock(hashtextextended(p_name, to_regclass('consumers')::oid::bigint)) then
    state := 'taken';
    return;
  end if;
  select x.* into c from consumers x where x.name = p_name;
  if c.name is null then
    perform support_refuse('not_found');
  end if;
  if c.paused_at is not null then
    state := 'paused';
    return;
  end if;
  -- In a snapshot of a transaction that has a number, the events that this transaction has yet to write may count as visible. They would then belong
  -- to a window that was read before they were written.
  if pg_current_xact_id_if_assigned() is not null then
    raise exception 'a poll must be the first statement of its transaction';
  end if;
  if p_with_faults and exists (select 1 from consumer_faults f where f.consumer = p_name and f.held_at is null and f.next_at <= clock()) then
    state := 'faults';
    return;
  end if;
  v_upto := coalesce(c.upto, pg_current_snapshot());
  upto := v_upto;
  if c.cluster <> helpline_cluster() then
    state := 'unsorted';
    return;
  elsif c.upto is null and pg_snapshot_xmax(v_upto) < pg_snapshot_xmax(c.seen) then
    state := 'rewound';
    return;
  end if;

  state := 'window';
  if c.is_sorted then
    select array_agg(p.ticket_id), array_agg(p.seq), array_agg(p.xid) into tickets, seqs, xids
    from (
      -- Tickets may have been deleted since.
      select w.ticket_id, w.seq, a.xid
      from consumer_windows w
      cross join lateral (
        select x.xid::text::bigint as xid from support_ticket_activity x where x.ticket_id = w.ticket_id and x.seq >= w.seq order by x.seq limit 1
      ) a
      where w.consumer = p_name
        and (w.ticket_id, w.seq) > (coalesce(c.position_ticket, '00000000-0000-0000-0000-000000000000'), coalesce(c.position_seq, 0))
      order by w.ticket_id, w.seq
      limit p_rows_max
    ) p;
  else
    select array_agg(p.ticket_id), array_agg(p.seq), array_agg(p.xid) into tickets, seqs, xids
    from (
      select u.ticket_id, u.seq, u.xid::text::bigint as xid
      from consumers_unseen(c.cluster, c.seen, v_upto, c.position_ticket, c.position_seq, case when c.upto is null then p_window_rows_max + 1 end) u
      order by u.ticket_id, u.seq
    ) p;
    if c.upto is null and tickets is null then
      state := 'idle';
    elsif c.upto is null and cardinality(tickets) > p_window_rows_max then
      state := 'unsorted';
      tickets := null;
    elsif cardinality(tickets) > p_rows_max then
      tickets := tickets[:p_rows_max];
      seqs := seqs[:p_rows_max];
      xids := xids[:p_rows_max];
    end if;
  end if;
  if state = 'window' and exists (select 1 from consumer_faults f where f.consumer = p_name) then
    select array_agg(exists (select 1 from consumer_faults f where f.consumer = p_name and f.ticket_id = t.id offset 0) order by t.place) into skips
    from unnest(tickets) with ordinality as t (id, place);
  end if;
end
$$;
grant execute on function consumers_poll(text, bigint, bigint, boolean) to {service};
