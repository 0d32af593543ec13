-- All changes under one lock; a null leaves a field alone. A row says that the ticket is another person's than the caller saw, and whose.
select x.assigned_to, x.assignee_name from {schema}.support_change_seen_ticket($1, $2, $3, $4, $5, $6, $7, $8) x
