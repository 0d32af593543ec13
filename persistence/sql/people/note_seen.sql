-- One statement for all people who are connected to this instance.
select {schema}.support_record_seen($1, $2)
