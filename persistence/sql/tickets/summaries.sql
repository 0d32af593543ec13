-- Many tickets' present state for the inbox, as the service.
select t.* from support_summaries($1) t
