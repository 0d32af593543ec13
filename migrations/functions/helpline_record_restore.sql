-- The operator calls this function after restoring a backup. It changes the database's epoch, so that clients reload instead of trusting old event
-- numbers.
create or replace function helpline_record_restore() returns bigint
language sql security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
  update helpline_restores set restores = restores + 1 returning restores
$$;
