-- Returns statements that drop a table's policies. They run before the table's policy file is
-- applied, because the file creates all policies of the table.
select format('drop policy %I on %s', p.polname, p.polrelid::regclass)
from pg_policy p
join pg_class c on c.oid = p.polrelid
where c.relnamespace = '{schema}'::regnamespace and c.relname = $1
union all
select distinct format('revoke all on %s from %s', c.oid::regclass, case when a.grantee = 0 then 'public' else a.grantee::regrole::text end)
from pg_class c
cross join lateral (
  select x.grantee from aclexplode(c.relacl) x
  union
  select x.grantee from pg_attribute t cross join lateral aclexplode(t.attacl) x where t.attrelid = c.oid
) a
where c.relnamespace = '{schema}'::regnamespace and c.relname = $1 and a.grantee <> c.relowner
