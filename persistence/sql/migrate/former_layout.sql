-- Returns whether this database contains an installation of an old build without a separate schema.
-- That build kept its list of migrations in `public`, in a table with these columns.
select exists (
  select 1 from pg_attribute a
  join pg_class c on c.oid = a.attrelid
  join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = 'public' and c.relname = 'helpline_migrations' and a.attname = 'applied_on' and not a.attisdropped)
