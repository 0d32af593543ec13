-- Lists the problems that prevent the schema `{api}` for the pages of a platform. Each problem has a
-- statement that fixes it, and says who can run the statement.
select 'the role {platform} does not exist' as problem, 'create role {platform} nologin' as remedy, 'a role with CREATEROLE; or name another role' as who
where to_regrole('{platform}') is null
union all
-- Views of the schema have more columns than the customer role may read, and the owner may read
-- everything.
select 'the role {platform} is one of Helpline''s', 'helpline migrate --platform-api <the role of your platform''s users>', 'you'
where to_regrole('{platform}') in (to_regrole('{owner}'), to_regrole('{service}'), to_regrole('{customer}'), to_regrole('{staff}'))
union all
select format('the schema %s belongs to %I', '{api}', pg_get_userbyid(n.nspowner)), 'drop or rename that schema', 'its owner'
from pg_namespace n
where n.oid = to_regnamespace('{api}') and n.nspowner is distinct from to_regrole('{owner}')
union all
select format('%I cannot create a schema in the database %I', current_user, current_database()),
       format('grant create on database %I to %I', current_database(), current_user), 'the owner of the database'
where to_regnamespace('{api}') is null and not has_database_privilege(current_database(), 'create')
