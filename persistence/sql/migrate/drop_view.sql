-- An object that left the manifest. Without cascade: what still needs it is named by the error.
select format('drop view %s', c.oid::regclass) from pg_class c where c.relnamespace = '{schema}'::regnamespace and c.relname = $1 and c.relkind = 'v'
