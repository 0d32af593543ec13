-- Since Postgres 16, an administrator whose `createrole_self_grant` is set becomes a member of
-- every role that they create. Only the service may act as the customer and staff roles, so this
-- statement revokes the administrator's membership. The administrator keeps the admin option, and
-- so can grant and drop these roles.
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
