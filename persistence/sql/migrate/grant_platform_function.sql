-- Lets only Helpline's owner call a function with a query of the platform's. Default privileges may have
-- granted more.
do $$
declare
  v record;
begin
  for v in
    select case when a.grantee = 0 then 'public' else a.grantee::regrole::text end as grantee
    from pg_proc p cross join lateral aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
    where p.oid = '{schema}.{function}'::regprocedure and a.grantee <> p.proowner
  loop
    execute format('revoke all on function {schema}.{function} from %s', v.grantee);
  end loop;
  grant execute on function {schema}.{function} to {owner};
end
$$
