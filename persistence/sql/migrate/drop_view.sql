-- Returns the statement that drops a view that is no longer in the manifest. It does not use
-- `cascade`, so the error names the objects that still depend on the view.
select format('drop view %s', c.oid::regclass) from pg_class c where c.relnamespace = '{schema}'::regnamespace and c.relname = $1 and c.relkind = 'v'
