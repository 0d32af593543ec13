-- Creates the roles that Helpline uses. Roles belong to the whole cluster, so a migration of
-- another database may create them at the same time. A role or grant that another database session
-- has just created is therefore not an error. Existing roles are not changed, because a second
-- administrator has no privilege to change them.
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
  -- Make the service a member of the customer and staff roles, which `set local role` requires. The
  -- service's role is `noinherit`, so it has their privileges only after `set local role`.
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
  -- Every database session of the service has these limits. They are settings of the role, because
  -- poolers reject options in the startup message.
  --
  -- The search path is empty, because every statement of the service names its schema.
  --
  -- `jit` (compiling queries) is off. In a function that disables sequential scans, Postgres
  -- estimates a cost of 1e10 even for a table with one row. With `jit`, Postgres therefore spent 60
  -- ms on compilation in every sweep (the frequent query for new events).
  --
  -- A value that the operator has set is kept, unless it disables a timeout.
  for v_setting in
    select s.name, s.value
    from (values ('statement_timeout', '{statement_timeout_ms}'), ('lock_timeout', '{lock_timeout_ms}'),
                 ('idle_in_transaction_session_timeout', '{statement_timeout_ms}'), ('jit', 'off'), ('search_path', '')) as s (name, value)
    where not exists (
      -- preflight_roles.sql contains the same condition.
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
