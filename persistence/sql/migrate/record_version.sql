-- Records an applied migration. It runs in the migration's transaction, unless the migration cannot
-- run in a transaction (such as building an index concurrently).
insert into {schema}.helpline_migrations (version, name, checksum) values ($1, $2, $3)
