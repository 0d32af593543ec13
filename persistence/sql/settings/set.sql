-- A null takes the setting away; the table's trigger records it. The function compares with what was seen.
select {schema}.support_set_seen_setting($1, $2, $3)
