-- Deletes access log rows that are older than two years, at most `p_limit` of them, the oldest first. Schedule this function together with the
-- functions that delete old tickets. Records in the access log how many rows it deleted.
create or replace function delete_old_access_log(p_now timestamptz default now(), p_limit integer default 10000) returns integer
language plpgsql security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
declare
  v_until bigint;
  v_rows integer;
begin
  -- Ids in the access log rise with time, so the rows with the lowest ids are the oldest.
  select max(o.id) into v_until
  from (select l.id, l.created_at from access_log l order by l.id limit p_limit) o
  where o.created_at < p_now - interval '2 years';
  if v_until is null then
    return 0;
  end if;
  perform set_config('helpline.append_only_door', 'open', true);
  delete from access_log l where l.id <= v_until and l.created_at < p_now - interval '2 years';
  get diagnostics v_rows = row_count;
  perform set_config('helpline.append_only_door', '', true);
  insert into access_log (user_id, action, detail)
  values (support_current_user_id(), 'access_log_deleted', jsonb_build_object('rows', v_rows, 'last', v_until, 'clock', p_now));
  return v_rows;
end
$$;
