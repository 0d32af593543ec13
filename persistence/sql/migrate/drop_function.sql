-- Returns the statement that drops a function that is no longer in the manifest. It does not use
-- `cascade`, so the error names the objects that still depend on the function.
select format('drop function %s', p.oid::regprocedure) from pg_proc p where p.pronamespace = '{schema}'::regnamespace and p.proname = $1
