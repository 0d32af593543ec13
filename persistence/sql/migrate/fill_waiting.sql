-- One portion, in a transaction of its own.
select {schema}.support_fill_waiting($1, $2)
