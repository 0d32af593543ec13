-- Revokes every grant on Helpline's objects to a role that is not Helpline's. A hosting platform's
-- default privileges may give its own roles access to everything that its administrator creates.
-- This statement runs after each migration, so that new objects are covered too. The privileges on the
-- schema `{api}` are set by grant_api.sql.
do $$
declare
  v record;
begin
  if to_regrole('{owner}') is null then
    return;
  end if;
  set local role {owner};
  for v in
    select distinct g.object, case when g.grantee = 0 then 'public' else g.grantee::regrole::text end as grantee
    from (
      select format('%s %s', case c.relkind when 'S' then 'sequence' else 'table' end, c.oid::regclass) as object, a.grantee
      from pg_class c
      cross join lateral (
        select x.grantee from aclexplode(c.relacl) x
        union
        select x.grantee from pg_attribute t cross join lateral aclexplode(t.attacl) x where t.attrelid = c.oid
      ) a
      where c.relowner = '{owner}'::regrole and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
        and c.relnamespace is distinct from to_regnamespace('{api}')
      union all
      select format('schema %s', n.oid::regnamespace), a.grantee
      from pg_namespace n
      cross join lateral aclexplode(n.nspacl) a
      where n.nspowner = '{owner}'::regrole and n.oid is distinct from to_regnamespace('{api}')
      union all
      -- A routine whose `proacl` is null has the default privileges, which allow everyone to call
      -- it.
      select format('routine %s', p.oid::regprocedure), a.grantee
      from pg_proc p
      cross join lateral aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
      where p.proowner = '{owner}'::regrole and p.pronamespace is distinct from to_regnamespace('{api}')
    ) g
    where g.grantee <> all (array['{owner}', '{service}', '{customer}', '{staff}']::regrole[]::oid[])
  loop
    execute format('revoke all on %s from %s cascade', v.object, v.grantee);
  end loop;
  reset role;
end
$$
