-- Whether a table exists that this role may read. $1: its name, quoted; $2: its schema.
select pg_catalog.to_regclass($1) is not null and pg_catalog.has_schema_privilege($2, 'usage')
  and pg_catalog.has_table_privilege(pg_catalog.to_regclass($1), 'select')
