-- Returns the ticket counts for the console's views. Most of them are computed from the stored
-- totals and the changes that were recorded after the totals. The reader's assigned tickets and the
-- waiting tickets are counted with partial indexes.
select (select count(*) from {schema}.support_tickets t
        where t.assigned_to = (select {schema}.support_current_user_id()) and t.archived_at is null and t.assigned_to is not null
          and t.status not in ('resolved', 'closed')) as mine,
       coalesce(sum(x.amount) filter (where x.metric = 'unassigned'), 0)::bigint as unassigned,
       coalesce(sum(x.amount) filter (where x.metric in
         ('open', 'in_progress', 'waiting_on_customer', 'waiting_on_admin', 'escalated')), 0)::bigint as active,
       coalesce(sum(x.amount) filter (where x.metric = 'urgent'), 0)::bigint as urgent,
       coalesce(sum(x.amount) filter (where x.metric = 'resolved'), 0)::bigint as resolved,
       coalesce(sum(x.amount) filter (where x.metric = 'closed'), 0)::bigint as closed,
       (select count(*) from (select from {schema}.support_ticket_heads h where h.waiting_since is not null and not h.is_over limit $1) w)
         as needs_answer
from (select t.metric, t.amount from {schema}.support_ticket_tallies t union all select d.metric, d.amount from {schema}.support_ticket_tally_deltas d) x
