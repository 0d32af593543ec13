-- Returns the roles, other than the service's role, that can act as the customer or staff role.
-- Privileges of the two roles add up: a role that has both could show customers the columns that
-- are meant for staff. Since Postgres 16, a membership may have no effect, for example the
-- membership of the administrator who created the role. In older versions, every membership can be
-- used.
--
-- Superusers are not listed, because they can do everything anyway. A login role that is a member
-- of the service's role is not listed either, because it is used to run the service.
with recursive memberships as (
  select m.roleid, m.member
  from pg_auth_members m
  where coalesce((to_jsonb(m) ->> 'inherit_option')::boolean, true) or coalesce((to_jsonb(m) ->> 'set_option')::boolean, true)
), reaching as (
  select m.member, array[m.member] as path, m.roleid as acts_as, m.member as granted_to
  from memberships m
  where m.roleid in ('{customer}'::regrole, '{staff}'::regrole) and m.member <> '{service}'::regrole
  union all
  -- Only login roles that run the service may be members of the service's role. A member role
  -- without the LOGIN attribute cannot run the service, so its membership is reported as a role
  -- conflict.
  select m.member, array[m.member], m.roleid, m.member
  from memberships m
  join pg_roles r on r.oid = m.member
  where m.roleid = '{service}'::regrole and not r.rolcanlogin
  union all
  -- A role that is a member of one of the service's login roles is not used to run the service, so
  -- its membership counts as a role conflict.
  select m.member, array[m.member], m.roleid, m.member
  from memberships l
  join pg_roles r on r.oid = l.member
  join memberships m on m.roleid = l.member
  where l.roleid = '{service}'::regrole and r.rolcanlogin
  union all
  -- The owner of the tables has more privileges than the customer and staff roles together. Only
  -- roles that run migrations may act as the owner.
  select m.member, array[m.member], m.roleid, m.member
  from memberships m
  join pg_roles r on r.oid = m.member
  where m.roleid = '{owner}'::regrole and not r.rolcreaterole
    and not exists (select 1 from pg_database d where d.datname = current_database() and d.datdba = m.member)
  union all
  select m.member, x.path || m.member, x.acts_as, x.granted_to
  from reaching x
  join memberships m on m.roleid = x.member
  where m.member <> all (x.path) and m.member <> '{service}'::regrole
)
select format('role %I can act as %s%s: revoke %s from %s', r.rolname, string_agg(distinct x.acts_as::regrole::text, ' and '),
              coalesce(' through ' || string_agg(distinct x.granted_to::regrole::text, ' and ') filter (where x.granted_to <> x.member), ''),
              string_agg(distinct x.acts_as::regrole::text, ', '), string_agg(distinct x.granted_to::regrole::text, ', '))
from reaching x
join pg_roles r on r.oid = x.member
where not r.rolsuper
group by r.rolname
order by min(cardinality(x.path)), r.rolname
