-- Leases deliveries of one kind to a worker. It takes at most `p_slots`, of which at most `p_retry_slots` are retries, so that a backlog of retries leaves
-- slots for first attempts. At most `p_per_receiver` deliveries of one receiver are leased at a time, at most half of them retries, so that a slow
-- receiver cannot take all slots. Receivers get their turn round-robin: first those after `p_after`, the receiver that was last served.
--
-- Postgres keeps the index entries of deliveries that were done since it last cleaned up, and it does not clean up while an old transaction is open. So a
-- claim that follows another one within a short time names the receivers of that one in `p_recent`, and looks only for what became due since
-- `p_firsts_since` and `p_retries_since`; a null there means none. Without `p_recent`, a claim looks for everything, of all receivers.
--
-- An expired lease is taken over. If it was the last of `p_attempts_max` attempts, the delivery is dead, because the attempt may have killed the worker.
create or replace function deliveries_claim(
  p_kind text, p_token uuid, p_slots bigint, p_retry_slots bigint, p_per_receiver bigint, p_receivers_max integer, p_after text, p_lease_ms bigint,
  p_attempts_max integer, p_recent text[], p_firsts_since timestamptz[], p_retries_since timestamptz[]
) returns table (
  id uuid, receiver text, ticket_id uuid, seq bigint, key text, payload jsonb, attempts integer, is_retry boolean, due_at timestamptz,
  created_at timestamptz
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
  v_now constant timestamptz := clock();
  v_receivers text[] := '{}';
  v_firsts_since timestamptz[];
  v_retries_since timestamptz[];
  v_receiver text := coalesce(p_after, '');
  v_has_wrapped boolean := false;
  v_ids uuid[];
begin
  -- One worker claims at a time; otherwise, two could together exceed a receiver's limit. The others wait for the few milliseconds that a claim takes:
  -- a worker that came back later would leave its slots empty meanwhile.
  perform pg_advisory_xact_lock(hashtextextended(p_kind, to_regclass('deliveries')::oid::bigint));
  if p_recent is null then
    update deliveries d set dead_at = v_now, lease_token = null, lease_until = null, error = coalesce(d.error, 'the lease of the last attempt expired')
    where d.kind = p_kind and d.lease_token is not null and d.lease_until <= v_now and d.attempts >= p_attempts_max;
  end if;

  -- Each receiver with open deliveries, by one index entry each.
  while p_recent is null and cardinality(v_receivers) < p_receivers_max loop
    v_receiver := (select d.receiver from deliveries d
                   where d.kind = p_kind and d.done_at is null and d.dead_at is null and d.receiver > v_receiver
                   order by d.kind, d.receiver limit 1);
    if v_receiver is null or v_has_wrapped and v_receiver > p_after then
      exit when v_has_wrapped or p_after is null;
      v_has_wrapped := true;
      v_receiver := '';
      continue;
    end if;
    v_receivers := v_receivers || v_receiver;
  end loop;

  v_firsts_since := array_fill(timestamptz '-infinity', array[cardinality(v_receivers)]);
  v_retries_since := v_firsts_since;
  if p_recent is not null then
    select array_agg(x.receiver), array_agg(x.firsts), array_agg(x.retries) into v_receivers, v_firsts_since, v_retries_since
    from (
      select u.* from unnest(p_recent, p_firsts_since, p_retries_since) as u (receiver, firsts, retries)
      order by coalesce(u.receiver <= p_after, false), u.receiver
    ) x;
  end if;

  select array_agg(c.id) into v_ids from (
    select r.id
    from (
      select x.*, row_number() over (partition by x.is_retry order by x.nth, x.place) as nth_of_retries
      from (
        select d.id, d.is_retry, v.place, room.n as room, row_number() over (partition by v.place order by d.next_at, d.id) as nth
        from unnest(v_receivers, v_firsts_since, v_retries_since) with ordinality as v (receiver, firsts_since, retries_since, place)
        cross join lateral (
          select greatest(0, p_per_receiver - count(*)) as n,
                 greatest(0, (p_per_receiver + 1) / 2 - count(*) filter (where l.is_retry and l.attempts + l.replays > 1)) as of_retries
          from deliveries l
          where l.kind = p_kind and l.receiver = v.receiver and l.lease_token is not null and l.lease_until > v_now
        ) room
        cross join lateral (
          (select f.id, f.is_retry, f.next_at from deliveries f
           where f.kind = p_kind and f.receiver = v.receiver and f.done_at is null and f.dead_at is null and not f.is_retry
             and f.next_at between v.firsts_since and v_now
           order by f.next_at, f.id
           limit room.n)
          union all
          (select f.id, f.is_retry, f.next_at from deliveries f
           where f.kind = p_kind and f.receiver = v.receiver and f.done_at is null and f.dead_at is null and f.is_retry
             and f.next_at between v.retries_since and v_now
             and (f.lease_until is null or f.lease_until <= v_now)
           order by f.next_at, f.id
           limit case when p_retry_slots > 0 then least(room.n, room.of_retries) else 0 end)
        ) d
      ) x
      where x.nth <= x.room
    ) r
    where not r.is_retry or r.nth_of_retries <= p_retry_slots
    order by r.nth, r.place
    limit p_slots
  ) c;

  return query
    with claimed as (
      update deliveries d
      set attempts = d.attempts + 1, lease_token = p_token, lease_until = v_now + interval '1 millisecond' * p_lease_ms
      from unnest(v_ids) as u (id)
      -- Without conditions on other columns, the lookup can use only the primary key.
      cross join lateral (select x.ctid as place, x.is_retry from deliveries x where x.id = u.id offset 0) p
      where d.ctid = p.place and d.done_at is null and d.dead_at is null and (d.lease_until is null or d.lease_until <= v_now)
      returning d.*, p.is_retry as was_retry
    )
    select c.id, c.receiver, c.ticket_id, c.seq, c.key, c.payload, c.attempts, c.was_retry, c.next_at, c.created_at
    from claimed c
    order by array_position(v_ids, c.id);
end
$$;
grant execute on function deliveries_claim(text, uuid, bigint, bigint, bigint, integer, text, bigint, integer, text[], timestamptz[], timestamptz[]) to {service};
