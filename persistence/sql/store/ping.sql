-- The least that shows that the database answers, and whether it is one that takes no writes.
select pg_is_in_recovery() or current_setting('transaction_read_only')::boolean
