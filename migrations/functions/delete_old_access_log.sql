-- Deletes entries of the access log that are older than the settings say, among the oldest `p_limit` entries. For administrators of the database: by
-- itself, the service deletes in runs, which it plans first. Records in the access log how many entries it deleted.
create or replace function delete_old_access_log(p_now timestamptz default now(), p_limit integer default 10000) returns integer
language plpgsql security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
declare
  v_cutoff constant timestamptz := retention_cutoff(p_now, retention_months('access_log'));
  v_after bigint := 0;
  v record;
begin
  -- Entries under a legal hold stay, so there may be portions in which nothing is deleted.
  loop
    select t.* into v from retention_take_entries(v_cutoff, v_after, p_limit) t;
    exit when v.deleted > 0 or not v.is_more;
    v_after := v.last_id;
  end loop;
  if v.deleted > 0 then
    insert into access_log (user_id, action, detail)
    values (support_current_user_id(), 'access_log_deleted', jsonb_build_object('rows', v.deleted, 'last', v.last_id, 'clock', p_now));
  end if;
  return v.deleted;
end
$$;
