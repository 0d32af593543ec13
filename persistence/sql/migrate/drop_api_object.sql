-- Returns the statement that drops a view or a function of the schema `{api}`. It does not use
-- `cascade`, so the error names the objects that still depend on it.
select format('drop view %s', c.oid::regclass) from pg_class c where c.relnamespace = to_regnamespace('{api}') and c.relname = $1 and c.relkind = 'v'
union all
select format('drop function %s', p.oid::regprocedure) from pg_proc p where p.pronamespace = to_regnamespace('{api}') and p.proname = $1
