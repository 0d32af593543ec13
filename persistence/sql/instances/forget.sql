-- This instance is leaving.
select {schema}.support_forget_instance($1)
