-- Checks cheaply that the database answers. Returns whether the database is read-only.
select pg_is_in_recovery() or current_setting('transaction_read_only')::boolean
