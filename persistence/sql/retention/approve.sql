-- Lets a waiting run act.
select {schema}.retention_approve($1)
