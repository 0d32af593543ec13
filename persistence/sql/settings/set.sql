-- Stores a setting; null removes it. The function checks the expected entity tags, and a trigger on
-- the table `support_settings` records the change in the access log. Returns the entity tag of the
-- stored value.
with stored as materialized (select {schema}.support_set_seen_setting($1, $2, $3))
select {schema}.support_etag($2) from stored
