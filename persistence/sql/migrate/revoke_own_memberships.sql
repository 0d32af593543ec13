-- From Postgres 16 on, an administrator whose `createrole_self_grant` says so can act as every role that they create. Ours are for the service
-- alone; what the administrator needs (to grant and to drop them) stays.
do $$
declare
  v record;
begin
  if current_setting('server_version_num')::integer < 160000 or to_regrole('{service}') is null then
    return;
  end if;
  for v in
    select m.roleid::regrole::text as role
    from pg_auth_members m
    where m.roleid in ('{customer}'::regrole, '{staff}'::regrole, '{service}'::regrole)
      and m.member = current_user::regrole and m.grantor = current_user::regrole
  loop
    execute format('revoke %s from current_user granted by current_user', v.role);
  end loop;
end
$$
