-- Nothing of ours can be reached by a grant that we did not make: a platform's default privileges give its own roles a right on whatever its
-- administrator creates. After each migration, so that what the next one creates is covered too. Of our own roles, nothing is touched.
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
      union all
      select format('schema %s', n.oid::regnamespace), a.grantee
      from pg_namespace n
      cross join lateral aclexplode(n.nspacl) a
      where n.nspowner = '{owner}'::regrole
      union all
      -- Without a list of its own, everybody may call it.
      select format('routine %s', p.oid::regprocedure), a.grantee
      from pg_proc p
      cross join lateral aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
      where p.proowner = '{owner}'::regrole
    ) g
    where g.grantee <> all (array['{owner}', '{service}', '{customer}', '{staff}']::regrole[]::oid[])
  loop
    execute format('revoke all on %s from %s cascade', v.object, v.grantee);
  end loop;
  reset role;
end
$$
