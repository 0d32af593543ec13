-- Confirms that this database is production.
select {schema}.background_confirm($1)
