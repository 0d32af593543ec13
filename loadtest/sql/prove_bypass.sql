-- Drops every check constraint of the three tables, so that a test can insert rows that an older
-- schema may have allowed. `prove_bypass_end.sql` restores the constraints in the same transaction.
-- The tables are locked first, in the order in which the gateway locks them.
lock table support_tickets, support_messages, support_ticket_activity in access exclusive mode;
do $$
declare
  v_check record;
begin
  create temporary table prove_checks (place regclass not null, name text not null, definition text not null) on commit drop;
  for v_check in
    select c.conrelid::regclass as place, c.conname as name, pg_get_constraintdef(c.oid) as definition
    from pg_constraint c
    where c.contype = 'c'
      and c.conrelid in ('support_tickets'::regclass, 'support_messages'::regclass, 'support_ticket_activity'::regclass)
  loop
    insert into prove_checks values (v_check.place, v_check.name, v_check.definition);
    execute format('alter table %s drop constraint %I', v_check.place, v_check.name);
  end loop;
end
$$
