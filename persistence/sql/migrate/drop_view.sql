-- Drops an object that is no longer in the manifest. There is no `cascade`, so the error names what still depends on it.
select format('drop view %s', c.oid::regclass) from pg_class c where c.relnamespace = '{schema}'::regnamespace and c.relname = $1 and c.relkind = 'v'
