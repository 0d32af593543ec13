-- Returns one row for each reason why the current role must not run the service.
select reason
from pg_roles r
cross join lateral (
  select o.is_so, o.reason
  from (values
    (r.rolsuper, 'it is a superuser'),
    (r.rolbypassrls, 'it bypasses row-level security'),
    (r.rolcreaterole, 'it can create roles'),
    (r.rolcreatedb, 'it can create databases'),
    (r.rolreplication, 'it can replicate'),
    (has_database_privilege(r.oid, current_database(), 'create'), 'it can create schemas in this database'),
    (has_schema_privilege(r.oid, '{schema}'::regnamespace, 'create'), 'it can create objects in the schema {schema}'),
    -- Ignore schemas in which `public` can create objects, which was the default before Postgres
    -- 15. The platform decides about such schemas, and no statement of the service uses them.
    (exists (select 1 from pg_namespace n
             where n.nspname not like 'pg\_%' and has_schema_privilege(r.oid, n.oid, 'create')
               and not exists (select 1 from aclexplode(n.nspacl) a where a.grantee = 0 and a.privilege_type = 'CREATE')),
     'it can create objects in a schema'),
    (exists (select 1 from pg_class c where c.relowner = r.oid), 'it owns tables'),
    (exists (select 1 from pg_proc p where p.proowner = r.oid), 'it owns functions'),
    (exists (select 1 from pg_database d where d.datdba = r.oid), 'it owns a database'),
    (exists (select 1 from pg_class c join pg_namespace n on n.oid = c.relnamespace
             where n.oid = '{schema}'::regnamespace and c.relkind in ('r', 'p') and has_table_privilege(r.oid, c.oid, 'truncate')),
     'it can truncate tables'),
    (exists (select 1 from pg_class c join pg_namespace n on n.oid = c.relnamespace
             where n.oid = '{schema}'::regnamespace and c.relkind in ('r', 'p')
               and not r.rolinherit and has_table_privilege(r.oid, c.oid, 'select, insert, update, delete')),
     'it has rights on tables of its own, beside the roles that it acts for'),
    (r.rolinherit, format('it inherits the rights of the roles that it acts for: alter role %I noinherit', r.rolname))
  ) as o (is_so, reason)
  union all
  -- Membership in another role is a reason too. The service's role could act as that role and
  -- bypass the checks above, because the role may be a superuser, or may read and write everything.
  -- The right to grant itself a membership also counts.
  select true, format('it is a member of %1$I: revoke %1$I from %2$I', m.rolname, r.rolname)
  from pg_roles m
  where m.oid <> r.oid and m.oid <> all (array['{service}', '{customer}', '{staff}']::regrole[]::oid[]) and pg_has_role(r.oid, m.oid, 'member')
    and not r.rolsuper
) as found (is_so, reason)
-- Use `session_user` (the role that signed in), not the role that the database session switched to.
-- On some platforms, a separate login role acts as the service's role.
where r.rolname = session_user and found.is_so
limit 1
