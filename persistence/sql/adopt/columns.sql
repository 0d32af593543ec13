-- The columns of the source's tables, with the type of each.
select c.relname::text, a.attname::text, a.atttypid::pg_catalog.regtype::text
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where n.nspname = $1 and c.relname = any ($2) and c.relkind in ('r', 'p', 'v', 'm', 'f')
