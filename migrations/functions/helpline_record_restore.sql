-- The operator calls this function after a restore.
create or replace function helpline_record_restore() returns bigint
language sql security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
  update helpline_restores set restores = restores + 1 returning restores
$$;
