-- The rows that were there before the sizes are read once. Where one of them breaks a check, the check stays `not valid`: it holds for what is
-- written from now on, the row is served with its texts cut, and a warning names the table.
-- Under traffic: tables are read once while others write; nobody waits.

set local role helpline_owner;

do $$
declare
  v_check record;
begin
  for v_check in
    select c.conname, c.conrelid::regclass as table_name from pg_constraint c
    where c.connamespace = 'public'::regnamespace and c.contype = 'c' and not c.convalidated and c.conrelid in
      ('people'::regclass, 'support_tickets'::regclass, 'support_messages'::regclass, 'support_ticket_activity'::regclass, 'access_log'::regclass)
    order by 1
  loop
    begin
      execute format('alter table %s validate constraint %I', v_check.table_name, v_check.conname);
    exception when check_violation then
      raise warning 'rows of % from before this version break %: they are kept, and new rows must keep it', v_check.table_name, v_check.conname;
    end;
  end loop;
end
$$;

reset role;
