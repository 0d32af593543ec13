-- Runs in the transaction of the migration, if the migration has one.
insert into {schema}.helpline_migrations (version, name, checksum) values ($1, $2, $3)
