-- Many tickets' present state for the inbox, as the service.
select t.* from {schema}.support_summaries($1) t
