-- Who may let the service sign in: a role that creates roles, and from 16 on only an administrator of it. A role that is missing is made first.
select format('%I may not give %s a password', m.rolname, '{service}') as problem,
       format('alter role %s login password ''…''', '{service}') as remedy,
       format('an administrator of %s; then migrate without a password', '{service}') as who
from pg_roles m
where m.rolname = current_user and to_regrole('{service}') is not null
  and not (m.rolsuper or (m.rolcreaterole and (
    current_setting('server_version_num')::integer < 160000 or pg_has_role(m.oid, to_regrole('{service}')::oid, 'member with admin option'))))
