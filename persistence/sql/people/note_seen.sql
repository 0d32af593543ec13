-- Records, in one statement, that all people connected to this instance are present now.
select {schema}.support_record_seen($1, $2)
