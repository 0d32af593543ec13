-- Returns the schema that contains the operator classes of the extension pg_trgm.
select quote_ident(n.nspname) from pg_extension e join pg_namespace n on n.oid = e.extnamespace where e.extname = 'pg_trgm'
