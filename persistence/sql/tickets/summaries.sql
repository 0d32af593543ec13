-- The present state of many tickets, for the inbox. Runs as the service.
select t.* from {schema}.support_summaries($1) t
