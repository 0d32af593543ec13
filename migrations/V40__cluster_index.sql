-- The sweep's index follows its question: transaction numbers within one cluster.
-- Under traffic: history is read but not written while the index is built, about a second a million rows. Dropping the old one waits for
-- the statements that use it.

set local role helpline_owner;

create index support_ticket_activity_cluster_xid_idx on support_ticket_activity (cluster, xid);
drop index support_ticket_activity_xid_idx;

reset role;
