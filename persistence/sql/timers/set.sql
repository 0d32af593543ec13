-- Sets a timer, or moves it to another time.
select {schema}.timers_set($1, $2, $3, $4, $5)
