-- The desk at a glance. Counting a million rows for each glance is too slow, and one counter row would queue every writer behind it:
-- so writers append what they changed to a ledger that nobody shares, a job folds it into totals, and the view adds both.
-- Under traffic: counts the tickets there are once, with writes to tickets held off meanwhile (about a second for a million).

set local role helpline_owner;

create table support_ticket_tallies (
  metric text not null,
  amount bigint not null,
  constraint support_ticket_tallies_pkey primary key (metric)
);

-- Insert-only for writers; the roll-up alone removes what it has folded.
create table support_ticket_tally_deltas (
  metric text not null,
  amount bigint not null
);

alter table support_ticket_tallies enable row level security;
alter table support_ticket_tallies force row level security;
alter table support_ticket_tally_deltas enable row level security;
alter table support_ticket_tally_deltas force row level security;
create policy support_ticket_tallies_owner on support_ticket_tallies to helpline_owner using (true) with check (true);
create policy support_ticket_tally_deltas_owner on support_ticket_tally_deltas to helpline_owner using (true) with check (true);
grant select on support_ticket_tallies, support_ticket_tally_deltas to helpline_staff;
create policy support_ticket_tallies_staff_select on support_ticket_tallies for select to helpline_staff
  using ((select support_is_staff()));
create policy support_ticket_tally_deltas_staff_select on support_ticket_tally_deltas for select to helpline_staff
  using ((select support_is_staff()));

-- What one ticket adds to the figures. Archived ones add nothing.
create function support_tally_of(
  p_status text, p_priority text, p_assigned_to uuid, p_archived_at timestamptz, p_created_at timestamptz, p_resolved_at timestamptz,
  p_closed_at timestamptz, p_rating integer
) returns table (metric text, amount bigint)
language sql immutable parallel safe
as $$
  select v.metric, v.amount
  from (values
    (p_status, 1::bigint),
    ('urgent', case when p_priority = 'urgent' and p_status not in ('resolved', 'closed') then 1 end),
    ('high', case when p_priority = 'high' and p_status not in ('resolved', 'closed') then 1 end),
    ('unassigned', case when p_assigned_to is null and p_status not in ('resolved', 'closed') then 1 end),
    ('resolutions', case when coalesce(p_resolved_at, p_closed_at) is not null then 1 end),
    ('resolution_seconds', extract(epoch from coalesce(p_resolved_at, p_closed_at) - p_created_at)::bigint),
    ('ratings', case when p_rating is not null then 1 end),
    ('rating_points', p_rating)
  ) v (metric, amount)
  where v.amount is not null and p_archived_at is null
$$;

create function support_tickets_tally() returns trigger
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
  if tg_op = 'INSERT' then
    insert into support_ticket_tally_deltas (metric, amount)
    select k.metric, sum(k.amount)
    from changed n
    cross join lateral support_tally_of(n.status, n.priority, n.assigned_to, n.archived_at, n.created_at, n.resolved_at, n.closed_at,
      n.satisfaction_rating) k
    group by k.metric having sum(k.amount) <> 0;
  elsif tg_op = 'DELETE' then
    insert into support_ticket_tally_deltas (metric, amount)
    select k.metric, -sum(k.amount)
    from before o
    cross join lateral support_tally_of(o.status, o.priority, o.assigned_to, o.archived_at, o.created_at, o.resolved_at, o.closed_at,
      o.satisfaction_rating) k
    group by k.metric having sum(k.amount) <> 0;
  else
    insert into support_ticket_tally_deltas (metric, amount)
    select k.metric, sum(s.sign * k.amount)
    from (
      select 1 as sign, n.status, n.priority, n.assigned_to, n.archived_at, n.created_at, n.resolved_at, n.closed_at, n.satisfaction_rating
      from changed n
      union all
      select -1, o.status, o.priority, o.assigned_to, o.archived_at, o.created_at, o.resolved_at, o.closed_at, o.satisfaction_rating
      from before o
    ) s
    cross join lateral support_tally_of(s.status, s.priority, s.assigned_to, s.archived_at, s.created_at, s.resolved_at, s.closed_at,
      s.satisfaction_rating) k
    group by k.metric having sum(s.sign * k.amount) <> 0;
  end if;
  return null;
end
$$;

create trigger support_tickets_tally_insert after insert on support_tickets
  referencing new table as changed for each statement execute function support_tickets_tally();
create trigger support_tickets_tally_update after update on support_tickets
  referencing old table as before new table as changed for each statement execute function support_tickets_tally();
create trigger support_tickets_tally_delete after delete on support_tickets
  referencing old table as before for each statement execute function support_tickets_tally();

-- The triggers stand from this transaction's commit on; the tickets there already are counted here, none twice and none missed.
lock table support_tickets in share row exclusive mode;
insert into support_ticket_tallies (metric, amount)
select k.metric, sum(k.amount)
from support_tickets t
cross join lateral support_tally_of(t.status, t.priority, t.assigned_to, t.archived_at, t.created_at, t.resolved_at, t.closed_at,
  t.satisfaction_rating) k
group by k.metric;

create view support_ticket_stats with (security_invoker = true) as
select f.open_tickets, f.in_progress_tickets, f.waiting_tickets, f.escalated_tickets, f.resolved_tickets, f.closed_tickets,
       f.urgent_tickets, f.high_priority_tickets, f.unassigned_tickets,
       (f.resolution_seconds / 3600.0 / nullif(f.resolutions, 0))::double precision as avg_resolution_hours,
       r.tickets_last_24h, r.tickets_last_7d,
       (f.rating_points::numeric / nullif(f.ratings, 0))::double precision as avg_satisfaction_rating
from (
  select coalesce(sum(x.amount) filter (where x.metric = 'open'), 0)::bigint as open_tickets,
         coalesce(sum(x.amount) filter (where x.metric = 'in_progress'), 0)::bigint as in_progress_tickets,
         coalesce(sum(x.amount) filter (where x.metric in ('waiting_on_customer', 'waiting_on_admin')), 0)::bigint as waiting_tickets,
         coalesce(sum(x.amount) filter (where x.metric = 'escalated'), 0)::bigint as escalated_tickets,
         coalesce(sum(x.amount) filter (where x.metric = 'resolved'), 0)::bigint as resolved_tickets,
         coalesce(sum(x.amount) filter (where x.metric = 'closed'), 0)::bigint as closed_tickets,
         coalesce(sum(x.amount) filter (where x.metric = 'urgent'), 0)::bigint as urgent_tickets,
         coalesce(sum(x.amount) filter (where x.metric = 'high'), 0)::bigint as high_priority_tickets,
         coalesce(sum(x.amount) filter (where x.metric = 'unassigned'), 0)::bigint as unassigned_tickets,
         coalesce(sum(x.amount) filter (where x.metric = 'resolutions'), 0) as resolutions,
         coalesce(sum(x.amount) filter (where x.metric = 'resolution_seconds'), 0) as resolution_seconds,
         coalesce(sum(x.amount) filter (where x.metric = 'ratings'), 0) as ratings,
         coalesce(sum(x.amount) filter (where x.metric = 'rating_points'), 0) as rating_points
  from (select t.metric, t.amount from support_ticket_tallies t union all select d.metric, d.amount from support_ticket_tally_deltas d) x
) f
cross join (
  -- From the index on created_at alone.
  select count(*) filter (where t.created_at > now() - interval '24 hours') as tickets_last_24h, count(*) as tickets_last_7d
  from support_tickets t
  where t.created_at > now() - interval '7 days' and t.archived_at is null
) r;
grant select on support_ticket_stats to helpline_staff;

create function support_read_stats() returns setof support_ticket_stats
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
  select s.* from support_ticket_stats s
$$;

-- One at a time; who comes second has nothing to do.
create function support_roll_up_tallies() returns void
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
  if not pg_try_advisory_xact_lock(hashtextextended('support_roll_up_tallies', 0)) then
    return;
  end if;
  with folded as (
    delete from support_ticket_tally_deltas d returning d.metric, d.amount
  )
  insert into support_ticket_tallies as t (metric, amount)
  select f.metric, sum(f.amount) from folded f group by f.metric
  on conflict on constraint support_ticket_tallies_pkey do update set amount = t.amount + excluded.amount;
end
$$;
grant execute on function support_read_stats(), support_roll_up_tallies() to helpline_service;

reset role;
