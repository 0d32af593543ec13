-- How often ticket histories were read: the index scans of the two indexes that serve the numbering
-- of all events and of the public events (without internal notes).
select coalesce(sum(i.idx_scan), 0)::bigint
from pg_stat_user_indexes i
where i.indexrelname in ('support_ticket_activity_pkey', 'support_ticket_activity_public_key')
