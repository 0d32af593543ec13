-- Runs before a view's file is applied, because that file names all grants on the view.
select distinct format('revoke all on %s from %s', c.oid::regclass, case when a.grantee = 0 then 'public' else a.grantee::regrole::text end)
from pg_class c
cross join lateral aclexplode(c.relacl) a
where c.relnamespace = '{schema}'::regnamespace and c.relname = $1 and a.grantee <> c.relowner
