-- How often the history was read for a page, counted over the two indexes that serve the
-- two numberings.
select coalesce(sum(i.idx_scan), 0)::bigint
from pg_stat_user_indexes i
where i.indexrelname in ('support_ticket_activity_pkey', 'support_ticket_activity_public_key')
