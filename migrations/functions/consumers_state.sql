-- Returns how far each consumer is. `waiting` counts events that it has not passed, at most `p_count_max`; `oldest_at` is the time of the oldest of
-- these. Neither includes the events of tickets with a fault, which are counted by ticket.
create or replace function consumers_state(p_count_max bigint)
returns table (name text, paused_at timestamptz, events bigint, moved_at timestamptz, waiting bigint, oldest_at timestamptz, faults bigint, held bigint)
language plpgsql volatile security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
#variable_conflict use_column
declare
  v_cluster constant bigint := helpline_cluster();
begin
  return query
    select c.name, c.paused_at, c.events, c.moved_at, w.waiting, w.oldest_at, f.faults, f.held
    from consumers c
    cross join lateral (
      select count(*) as waiting, min(u.created_at) as oldest_at
      from (
        (select u.created_at
         from consumers_unseen(c.cluster, c.seen, case when c.cluster = v_cluster then pg_current_snapshot() end, null, null, 2 * p_count_max) u
         where c.upto is null or not pg_visible_in_snapshot(u.xid, c.upto)
            or not c.is_sorted and (c.position_ticket is null or (u.ticket_id, u.seq) > (c.position_ticket, c.position_seq))
         limit p_count_max)
        union all
        (select a.created_at
         from (select x.ticket_id, x.seq from consumer_windows x where x.consumer = c.name limit p_count_max) x
         cross join lateral (
           select y.created_at from support_ticket_activity y where y.ticket_id = x.ticket_id and y.seq >= x.seq order by y.seq limit 1
         ) a)
      ) u
    ) w
    cross join lateral (select count(*) as faults, count(x.held_at) as held from consumer_faults x where x.consumer = c.name) f
    order by c.name;
end
$$;
grant execute on function consumers_state(bigint) to {service};
