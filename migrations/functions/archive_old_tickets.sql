-- Archives tickets that were resolved or closed so many months ago as the settings say, unless they have a legal hold. For administrators of the
-- database: by itself, the service archives in runs, which it plans first.
create or replace function archive_old_tickets(p_now timestamptz default now(), p_limit integer default 10000) returns integer
language plpgsql security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
declare
  v_cutoff constant timestamptz := retention_cutoff(p_now, retention_months('archive'));
  v_due constant uuid[] := array(
    select t.id from support_tickets t
    where retention_class('archive', t.status, coalesce(t.closed_at, t.resolved_at), t.archived_at, v_cutoff,
            t.legal_hold or support_is_held(t.id, t.user_id)) = 'due'
    order by t.id
    limit p_limit
  );
begin
  return (select count(*) from retention_take('archive', v_cutoff, p_now, v_due, null) t where t.error is null);
end
$$;
