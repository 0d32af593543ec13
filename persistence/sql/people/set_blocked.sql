-- Blocks or unblocks a person. Triggers on the table `people` record the change and unassign a
-- blocked person's tickets.
select {schema}.support_set_blocked($1, $2)
