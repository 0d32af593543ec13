-- Gives the migrating role the membership that it needs to act as the owner of the tables. Since
-- Postgres 16, a role that creates another role gets only the admin option on it, so the `set` and
-- `inherit` options are granted here. The statement is built as text, because older versions cannot
-- parse these options. A superuser needs no grant.
do $$
declare
  c_owner constant oid := to_regrole('{owner}');
begin
  for i in 1..20 loop
    begin
      if current_setting('server_version_num')::integer >= 160000 then
        if not (pg_has_role(current_user, c_owner, 'usage') and pg_has_role(current_user, c_owner, 'set')) then
          execute 'grant {owner} to current_user with set true, inherit true';
        end if;
      elsif not pg_has_role(current_user, c_owner, 'member') then
        execute 'grant {owner} to current_user';
      end if;
      exit;
    exception when internal_error or unique_violation then
      perform pg_sleep(0.05);
    end;
  end loop;
end
$$
