-- Returns the present state of many tickets, for updates of the inbox. Runs as the service role.
select t.* from {schema}.support_summaries($1) t
