-- An object that left the manifest. Without cascade: what still needs it is named by the error.
select format('drop function %s', p.oid::regprocedure) from pg_proc p where p.pronamespace = '{schema}'::regnamespace and p.proname = $1
