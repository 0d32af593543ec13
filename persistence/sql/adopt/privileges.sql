-- What roles may write on the source's tables, and which of its functions they may execute, except the owner of the object, superusers, and the
-- platform's own server (`service_role`).
select 'table', c.oid::regclass::text, null::text, a.privilege_type::text, coalesce(r.rolname::text, 'public'), a.is_grantable
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
cross join lateral aclexplode(c.relacl) a
left join pg_roles r on r.oid = a.grantee
where n.nspname = $1 and c.relname = any ($2) and (a.grantee = 0 or r.oid <> c.relowner and not r.rolsuper and r.rolname <> 'service_role')
  and a.privilege_type in ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE')
union all
select 'table', c.oid::regclass::text, t.attname::text, a.privilege_type::text, coalesce(r.rolname::text, 'public'), a.is_grantable
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
join pg_attribute t on t.attrelid = c.oid
cross join lateral aclexplode(t.attacl) a
left join pg_roles r on r.oid = a.grantee
where n.nspname = $1 and c.relname = any ($2) and (a.grantee = 0 or r.oid <> c.relowner and not r.rolsuper and r.rolname <> 'service_role')
  and a.privilege_type in ('INSERT', 'UPDATE')
union all
select 'function', p.oid::regprocedure::text, null, a.privilege_type::text, coalesce(r.rolname::text, 'public'), a.is_grantable
from pg_proc p
join pg_namespace n on n.oid = p.pronamespace
cross join lateral aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
left join pg_roles r on r.oid = a.grantee
where n.nspname = $1 and p.proname = any ($3) and (a.grantee = 0 or r.oid <> p.proowner and not r.rolsuper and r.rolname <> 'service_role')
