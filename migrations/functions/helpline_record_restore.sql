-- The operator calls this function after restoring a backup. It changes the database's epoch, so that clients reload instead of trusting old event
-- numbers. Background work that cannot be undone is held until an admin confirms that this database is production (`background_confirm`).
create or replace function helpline_record_restore() returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
declare
  v_restores bigint;
begin
  update helpline_restores r set restores = r.restores + 1 returning r.restores into v_restores;
  update background_identity b set cluster = null, confirmed_at = null, confirmed_by = null;
  return v_restores;
end
$$;
