-- Removes this instance from the table of running instances, because it is shutting down.
select {schema}.support_forget_instance($1)
