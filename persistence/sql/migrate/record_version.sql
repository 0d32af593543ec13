-- Records an applied migration. It runs in the migration's transaction, unless the migration runs
-- without one (such as building an index concurrently).
insert into {schema}.helpline_migrations (version, name, checksum) values ($1, $2, $3)
