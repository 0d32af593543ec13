-- A null takes the setting away; the table's trigger records it.
select {schema}.support_set_setting($1, $2)
