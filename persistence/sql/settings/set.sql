-- A null takes the setting away; the table's trigger records it. The function compares with what was seen. Tells the entity tag of what was stored.
with stored as materialized (select {schema}.support_set_seen_setting($1, $2, $3))
select {schema}.support_etag($2) from stored
