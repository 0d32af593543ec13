-- Confirms a new database at the first start of an instance.
select {schema}.background_confirm_first($1)
