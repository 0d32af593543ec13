-- This instance is shutting down.
select {schema}.support_forget_instance($1)
