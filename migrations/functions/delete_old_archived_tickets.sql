-- Deletes tickets that were archived so many months ago as the settings say, unless they have a legal hold. For administrators of the database: by
-- itself, the service deletes in runs, which it plans first.
create or replace function delete_old_archived_tickets(p_now timestamptz default now(), p_limit integer default 1000) returns integer
language plpgsql security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
declare
  v_cutoff constant timestamptz := retention_cutoff(p_now, retention_months('delete'));
  v_due constant uuid[] := array(
    select t.id from support_tickets t
    where t.archived_at < v_cutoff and not t.legal_hold and not support_is_held(t.id, t.user_id)
    order by t.id
    limit p_limit
  );
begin
  return (select count(*) from retention_take('delete', v_cutoff, p_now, v_due, null) t where t.error is null);
end
$$;
