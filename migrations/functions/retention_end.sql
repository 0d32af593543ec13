-- Ends a run, whose row is its receipt from then on, and records the receipt in the access log.
create or replace function retention_end(p_run uuid, p_state text, p_reason text, p_kept jsonb) returns void
language plpgsql volatile
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  update retention_runs r
  set state = p_state, reason = p_reason, kept = p_kept, done_at = clock(),
      digest = case when r.kind = 'access_log' then coalesce(r.digest, encode(sha256(''), 'hex')) else (
        select encode(sha256(convert_to(coalesce(string_agg(x.ticket_id::text, e'\n' order by x.ticket_id), ''), 'UTF8')), 'hex')
        from retention_run_tickets x where x.run_id = r.id and x.error is null
      ) end
  where r.id = p_run;
  delete from retention_run_tickets x where x.run_id = p_run;
  insert into access_log (user_id, action, detail)
  select support_current_user_id(), case p_state when 'done' then 'retention_run_done' else 'retention_run_stopped' end,
    jsonb_build_object('run', r.id, 'kind', r.kind, 'months', r.months, 'cutoff', r.cutoff, 'planned', r.planned_at, 'clock', r.done_at,
      'total', r.total, 'due', r.due, 'changed', r.changed, 'kept', r.kept, 'digest', r.digest, 'last', r.position_row, 'reason', r.reason)
  from retention_runs r where r.id = p_run;
end
$$;
