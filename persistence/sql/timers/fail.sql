-- Records that a timer's action failed.
select {schema}.timers_fail($1, $2, $3, $4, $5, $6)
