-- Returns statements that revoke all privileges on a function. They run before the function's file
-- is applied, because the file grants all privileges that the function should have.
select format('revoke all on function %s from %s', p.oid::regprocedure, case when a.grantee = 0 then 'public' else a.grantee::regrole::text end)
from pg_proc p
cross join lateral aclexplode(p.proacl) a
where p.pronamespace = '{schema}'::regnamespace and p.proname = $1 and a.grantee <> p.proowner
group by p.oid, a.grantee
