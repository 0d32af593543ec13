create or replace view support_ticket_stats with (security_invoker = true) as
select f.open_tickets, f.in_progress_tickets, f.waiting_tickets, f.escalated_tickets, f.resolved_tickets, f.closed_tickets,
       f.urgent_tickets, f.high_priority_tickets, f.unassigned_tickets,
       (f.resolution_seconds / 3600.0 / nullif(f.resolutions, 0))::double precision as avg_resolution_hours,
       r.tickets_last_24h, r.tickets_last_7d,
       (f.rating_points::numeric / nullif(f.ratings, 0))::double precision as avg_satisfaction_rating,
       w.needs_answer_tickets
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
  -- Counts recent tickets, reading only the index on `created_at`.
  select count(*) filter (where t.created_at > now() - interval '24 hours') as tickets_last_24h, count(*) as tickets_last_7d
  from support_tickets t
  where t.created_at > now() - interval '7 days' and t.archived_at is null
) r
cross join (
  -- Counts waiting tickets, reading only their partial index, and at most 10,000 of them.
  select count(*) as needs_answer_tickets
  from (select from support_ticket_heads h where h.waiting_since is not null and not h.is_over limit 10000) x
) w;
grant select on support_ticket_stats to {staff};
