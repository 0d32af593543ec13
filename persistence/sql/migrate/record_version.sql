-- In the migration's own transaction, where it has one.
insert into {schema}.helpline_migrations (version, name, checksum) values ($1, $2, $3)
