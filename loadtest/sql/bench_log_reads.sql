-- How often the history was read for a page: both numberings have an index of their own for it.
select coalesce(sum(i.idx_scan), 0)::bigint
from pg_stat_user_indexes i
where i.indexrelname in ('support_ticket_activity_pkey', 'support_ticket_activity_public_key')
