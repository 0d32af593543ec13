-- Everybody connected, in one statement.
select {schema}.support_record_seen($1, $2)
