-- Sabotage, to test that the checker finds the bug. Makes two functions compare transaction ids
-- without checking that they are from the same Postgres cluster. With this bug, a write that
-- follows a restore into a different cluster returns events of unrelated tickets.
do $$
declare
  v_function record;
  v_believing text;
begin
  for v_function in
    select p.oid, pg_get_functiondef(p.oid) as definition from pg_proc p where p.proname in ('support_append_events', 'support_events_written')
  loop
    v_believing := replace(v_function.definition, 'r.cluster = v_cluster and r.xid', 'r.xid');
    if v_believing = v_function.definition then
      raise exception '% does not compare clusters where it did', v_function.oid::regprocedure;
    end if;
    execute v_believing;
  end loop;
end
$$
