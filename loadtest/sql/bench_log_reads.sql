-- How often ticket histories were read. A read scans one of two indexes: the index of the numbers
-- of all events, or of the numbers of the public events (without internal notes).
select coalesce(sum(i.idx_scan), 0)::bigint
from pg_stat_user_indexes i
where i.indexrelname in ('support_ticket_activity_pkey', 'support_ticket_activity_public_key')
