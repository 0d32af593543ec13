-- The roles under which everything happens. They belong to the cluster, so other databases may be migrated at the same moment: creation and
-- grants tolerate that another session was faster. What stands already is not touched: a second administrator has no right to.
do $$
declare
  c_owner constant text := '{owner}';
  c_service constant text := '{service}';
  v_role text;
  v_granted text;
  v_setting record;
begin
  foreach v_role in array array[c_owner, c_service, '{customer}', '{staff}'] loop
    begin
      if to_regrole(v_role) is null then
        execute format('create role %s nologin noinherit', v_role);
      end if;
    exception when duplicate_object or unique_violation then
      null; -- created by another session at the same moment
    end;
  end loop;
  -- `set local role` needs membership; the service's noinherit keeps these rights asleep until then.
  foreach v_granted in array array['{customer}', '{staff}'] loop
    for i in 1..20 loop
      begin
        if not pg_has_role(to_regrole(c_service), to_regrole(v_granted), 'member') then
          execute format('grant %s to %s', v_granted, c_service);
        end if;
        exit;
      exception when internal_error or unique_violation then
        perform pg_sleep(0.05); -- "tuple concurrently updated": another session grants the same
      end;
    end loop;
  end loop;
  -- A session of the service is never without its bounds. As settings of the role and not as options at start, which poolers refuse. Without a
  -- search path: each statement of the service names its schema. No just-in-time compilation: a function that forbids sequential scans prices a
  -- one-row table at 1e10, and Postgres then compiled for 60 ms at every sweep. What the operator has
  -- set stays, except a limit that is switched off.
  for v_setting in
    select s.name, s.value
    from (values ('statement_timeout', '{statement_timeout_ms}'), ('lock_timeout', '{lock_timeout_ms}'),
                 ('idle_in_transaction_session_timeout', '{statement_timeout_ms}'), ('jit', 'off'), ('search_path', '')) as s (name, value)
    where not exists (
      -- As preflight_roles.sql has it.
      select 1 from pg_db_role_setting r cross join unnest(r.setconfig) c
      where r.setrole = to_regrole(c_service) and r.setdatabase = 0 and split_part(c, '=', 1) = s.name
        and (s.name not like '%timeout' or split_part(c, '=', 2) !~ '^0+[a-z]*$'))
  loop
    for i in 1..20 loop
      begin
        execute format('alter role %s set %I = %L', c_service, v_setting.name, v_setting.value);
        exit;
      exception when internal_error or unique_violation then
        perform pg_sleep(0.05);
      end;
    end loop;
  end loop;
end
$$
