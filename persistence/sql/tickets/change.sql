-- Makes all changes under one lock; a null leaves a field unchanged. A returned row means that nothing was changed, because the ticket has another
-- assignee than the caller expected, and names that assignee.
select x.assigned_to, x.assignee_name from {schema}.support_change_seen_ticket($1, $2, $3, $4, $5, $6, $7, $8) x
