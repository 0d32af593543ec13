-- Returns statements that revoke all privileges on a view. They run before the view's file is
-- applied, because the file grants all privileges that the view should have.
select distinct format('revoke all on %s from %s', c.oid::regclass, case when a.grantee = 0 then 'public' else a.grantee::regrole::text end)
from pg_class c
cross join lateral aclexplode(c.relacl) a
where c.relnamespace = '{schema}'::regnamespace and c.relname = $1 and a.grantee <> c.relowner
