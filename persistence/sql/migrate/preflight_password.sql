-- Lists the reasons why the current role cannot set the service's password. Setting it takes
-- CREATEROLE and, since Postgres 16, the admin option on the service's role. If the service's role
-- does not exist yet, nothing is listed, because the migration creates it first.
select format('%I may not give %s a password', m.rolname, '{service}') as problem,
       format('alter role %s login password ''…''', '{service}') as remedy,
       format('an administrator of %s; then migrate without a password', '{service}') as who
from pg_roles m
where m.rolname = current_user and to_regrole('{service}') is not null
  and not (m.rolsuper or (m.rolcreaterole and (
    current_setting('server_version_num')::integer < 160000 or pg_has_role(m.oid, to_regrole('{service}')::oid, 'member with admin option'))))
