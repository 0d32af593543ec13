-- Confirms that this database is production. The session acts as the owner, without claims.
select {schema}.background_confirm($1)
