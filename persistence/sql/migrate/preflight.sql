-- Lists the problems that prevent a migration (`preflight_roles.sql` lists what is missing about
-- roles). Each problem has a statement that fixes it, and says who can run the statement. The
-- migration changes nothing until this list is empty.
with me as (
  select r.oid, r.rolname, r.rolsuper, r.rolcreaterole, current_setting('server_version_num')::integer >= 160000 as needs_admin
  from pg_roles r where r.rolname = current_user
), roles as (
  select u.name, to_regrole(u.name)::oid as oid
  from unnest(array['{owner}', '{service}', '{customer}', '{staff}']) as u (name)
), may as (
  -- Finds the roles that the current role can grant: before Postgres 16, all roles if it has
  -- CREATEROLE; since then, the roles on which it has the admin option.
  select r.name, r.oid, m.rolsuper or (m.rolcreaterole and not m.needs_admin)
         or coalesce(pg_has_role(m.oid, r.oid, 'member with admin option'), false) as administers
  from roles r, me m
), house as (
  select to_regnamespace('{schema}')::oid as oid
), trigrams as (
  select (select e.extnamespace from pg_extension e where e.extname = 'pg_trgm') as namespace
)
-- The migrating role must own the database or be able to create roles. `serve` refuses to start if
-- a role that can do neither can act as the owner of the tables.
select format('%I neither owns the database nor creates roles', m.rolname),
       format('alter database %I owner to %I', current_database(), m.rolname), 'the owner of the database; or migrate as that role'
from me m
where not m.rolsuper and not m.rolcreaterole
  and not exists (select 1 from pg_database d where d.datname = current_database() and d.datdba = m.oid)
union all
select format('%I cannot act as %s', m.rolname, a.name),
       format('grant %s to %I%s', a.name, m.rolname, case when m.needs_admin then ' with set true, inherit true' else '' end),
       format('an administrator of %s', a.name)
from may a, me m
where a.name = '{owner}' and a.oid is not null and not m.rolsuper and not a.administers
  and not case when m.needs_admin then pg_has_role(m.oid, a.oid, 'usage') else pg_has_role(m.oid, a.oid, 'member') end
union all
select format('%I cannot create a schema in the database %I', m.rolname, current_database()),
       format('grant create on database %I to %I', current_database(), m.rolname), 'the owner of the database'
from me m, house h, trigrams t
where (h.oid is null or t.namespace is null) and not has_database_privilege(m.oid, current_database(), 'create')
union all
select format('the schema %s belongs to %I', '{schema}', pg_get_userbyid(n.nspowner)),
       format('alter schema %s owner to %s', '{schema}', '{owner}'), 'its owner; or choose another schema with --schema'
from pg_namespace n, house h, roles o
where n.oid = h.oid and o.name = '{owner}' and n.nspowner is distinct from o.oid and o.oid is not null
union all
select format('the schema %s belongs to %I', '{schema}', pg_get_userbyid(n.nspowner)), 'helpline migrate --schema <another name>', 'you'
from pg_namespace n, house h, roles o
where n.oid = h.oid and o.name = '{owner}' and o.oid is null
union all
select format('the schema %s holds tables that are not Helpline''s, for example %I', '{schema}', min(c.relname)),
       'helpline migrate --schema <another name>', 'you'
from pg_class c, house h
where c.relnamespace = h.oid and c.relkind in ('r', 'p', 'v', 'm', 'f') and not exists (select 1 from pg_class x where x.relnamespace = h.oid and x.relname = 'helpline_migrations')
  and not exists (select 1 from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
having count(*) > 0
union all
-- The database must use UTF8. Only UTF8 can store every letter, and Postgres normalizes Unicode
-- text only in UTF8 databases.
select format('the database %I has the encoding %s', d.datname, pg_encoding_to_char(d.encoding)),
       'create database helpline encoding ''UTF8'' template template0', 'who may create databases'
from pg_database d
where d.datname = current_database() and pg_encoding_to_char(d.encoding) <> 'UTF8'
union all
select 'the extension pg_trgm is not available on this server', 'install the package postgresql-contrib of this version', 'who runs the server'
from trigrams t
where t.namespace is null and not exists (select 1 from pg_available_extensions x where x.name = 'pg_trgm')
union all
select format('%s cannot use the schema of pg_trgm', o.name),
       -- If the owner role does not exist yet, the role that will create the owner role must be
       -- able to grant this privilege to it.
       case when o.oid is null then format('grant usage on schema %s to %I with grant option', t.namespace::regnamespace, m.rolname)
            else format('grant usage on schema %s to %s', t.namespace::regnamespace, o.name) end,
       format('the owner of the schema %s', t.namespace::regnamespace)
from trigrams t, me m, roles o
where o.name = '{owner}' and t.namespace is not null and not m.rolsuper
  and not has_schema_privilege(m.oid, t.namespace, 'usage with grant option')
  and not case when o.oid is null then has_schema_privilege('public', t.namespace, 'usage') else has_schema_privilege(o.oid, t.namespace, 'usage') end
