-- Drops an object that is no longer in the manifest. There is no `cascade`, so the error names what still depends on it.
select format('drop function %s', p.oid::regprocedure) from pg_proc p where p.pronamespace = '{schema}'::regnamespace and p.proname = $1
