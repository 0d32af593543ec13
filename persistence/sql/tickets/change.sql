-- Changes several fields of a ticket under one lock; a null leaves a field unchanged. If the
-- ticket's assignee is not the one that the caller expected, nothing is changed, and one row with
-- the present assignee is returned.
select x.assigned_to, x.assignee_name from {schema}.support_change_seen_ticket($1, $2, $3, $4, $5, $6, $7, $8) x
