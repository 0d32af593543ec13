-- Records a jump of the database's clock.
select {schema}.background_pause_clock($1)
