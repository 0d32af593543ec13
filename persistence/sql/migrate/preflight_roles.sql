-- Lists roles that do not exist, and memberships and settings that a role lacks. Each row has a
-- statement that fixes it, and says who can run the statement. The migration changes nothing until
-- this list is empty.
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
), wanted as (
  select s.name, s.value
  from (values ('statement_timeout', '{statement_timeout_ms}'), ('lock_timeout', '{lock_timeout_ms}'),
               ('idle_in_transaction_session_timeout', '{statement_timeout_ms}'), ('jit', 'off'), ('search_path', '')) as s (name, value)
)
select format('the role %s is missing, and %I cannot create roles', r.name, m.rolname) as problem,
       format('create role %s nologin noinherit', r.name) as remedy, 'a role with CREATEROLE' as who
from roles r, me m
where r.oid is null and not m.rolsuper and not m.rolcreaterole
union all
select format('%s is not a member of %s', s.name, a.name), format('grant %s to %s', a.name, s.name), format('an administrator of %s', a.name)
from may a, roles s
where a.name in ('{customer}', '{staff}') and s.name = '{service}' and a.oid is not null and s.oid is not null and not a.administers
  and not pg_has_role(s.oid, a.oid, 'member')
union all
-- Lists the settings that the service's role lacks. If the operator has set such a setting to
-- another value, the value is accepted, unless it disables a timeout.
select format('%s has no setting of %s', a.name, w.name), format('alter role %s set %s = %L', a.name, w.name, w.value), format('an administrator of %s', a.name)
from may a, me m, wanted w
where a.name = '{service}' and a.oid is not null and not (m.rolsuper or (m.rolcreaterole and a.administers))
  and not exists (
    select 1 from pg_db_role_setting x cross join unnest(x.setconfig) c
    where x.setrole = a.oid and x.setdatabase = 0 and split_part(c, '=', 1) = w.name
      and (w.name not like '%timeout' or split_part(c, '=', 2) !~ '^0+[a-z]*$'))
