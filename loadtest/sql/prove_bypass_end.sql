-- Restores the check constraints that `prove_bypass.sql` dropped. The constraints do not check
-- existing rows, only rows that are written after this script.
do $$
declare
  v_check record;
begin
  for v_check in select * from prove_checks loop
    execute format('alter table %s add constraint %I %s not valid', v_check.place, v_check.name, replace(v_check.definition, ' NOT VALID', ''));
  end loop;
end
$$
