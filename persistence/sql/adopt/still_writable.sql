-- Tables and functions that roles can still write or execute, by which role; except members of the owner, superusers, predefined roles, and
-- the platform's own server (`service_role`) and its members.
select c.oid::regclass::text, r.rolname::text
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
join pg_roles r on not r.rolsuper and r.rolname !~ '^pg_'
  and not exists (select 1 from pg_roles s where s.rolname = 'service_role' and pg_has_role(r.oid, s.oid, 'member'))
  and not pg_has_role(r.oid, c.relowner, 'member')
where n.nspname = $1 and c.relname = any ($2)
  and (has_table_privilege(r.oid, c.oid, 'insert, update, delete, truncate') or has_any_column_privilege(r.oid, c.oid, 'insert, update'))
union all
select p.oid::regprocedure::text, r.rolname::text
from pg_proc p
join pg_namespace n on n.oid = p.pronamespace
join pg_roles r on not r.rolsuper and r.rolname !~ '^pg_'
  and not exists (select 1 from pg_roles s where s.rolname = 'service_role' and pg_has_role(r.oid, s.oid, 'member'))
  and not pg_has_role(r.oid, p.proowner, 'member')
where n.nspname = $1 and p.proname = any ($3) and has_function_privilege(r.oid, p.oid, 'execute')
