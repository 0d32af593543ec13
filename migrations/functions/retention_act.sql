-- Does the next portion of a run, and returns the tickets that it archived or deleted, as they were. Part of the caller's transaction. Does nothing if
-- the run is not acting, if its schedule is paused, or if another transaction is at work on it. A run changes at most as many tickets as it has planned: an admin may have
-- approved this number. What became due later is for the next run. Examines at most `p_examined` tickets and changes at most `p_limit` of them, or
-- examines at most `p_rows` entries of the access log. If it deleted entries, it returns one row without a ticket, in which `since` is the time of the
-- newest of them. A ticket that the database refuses to change is returned with the error, and the run leaves it out from then on.
create or replace function retention_act(p_run uuid, p_examined integer, p_limit integer, p_rows integer, p_passes smallint)
returns table (ticket_id uuid, status text, since timestamptz, archived_at timestamptz, is_held boolean, error text)
language plpgsql volatile security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
#variable_conflict use_column
declare
  v_begun constant timestamptz := clock_timestamp();
  r record;
  e record;
  k record;
  v_plan record;
  v_examined uuid[];
  v_due uuid[];
  v_taken uuid[] := '{}';
  v_changed bigint := 0;
  v_refused bigint := 0;
  v_is_end boolean;
begin
  select x.* into r from retention_runs x where x.id = p_run and x.state = 'acting' for update skip locked;
  if r.id is null or retention_is_paused(r.kind) then
    return;
  elsif not (select p.enabled from retention_policy() p) then
    perform retention_end(r.id, 'stopped', 'switched_off', null);
    return;
  elsif retention_months(r.kind) <> r.months then
    perform retention_end(r.id, 'stopped', 'settings_changed', null);
    return;
  elsif r.cutoff > retention_cutoff(clock(), r.months) then
    -- The run was planned while the clock was ahead.
    perform retention_end(r.id, 'stopped', 'clock_set_back', null);
    return;
  end if;
  if r.kind = 'access_log' then
    select t.* into e from retention_take_entries(r.cutoff, coalesce(r.position_row, 0), p_rows) t;
    r.position_row := coalesce(e.last_id, r.position_row);
    v_is_end := not e.is_more;
    v_changed := e.deleted;
    if e.deleted > 0 then
      -- There may be millions of entries, so the digest is a chain: each portion continues it.
      r.digest := encode(sha256(convert_to(coalesce(r.digest || e'\n', '') || e.ids, 'UTF8')), 'hex');
      insert into access_log (user_id, action, detail)
      values (support_current_user_id(), 'access_log_deleted',
              jsonb_build_object('rows', e.deleted, 'last', e.last_id, 'clock', clock(), 'run', r.id, 'digest', r.digest));
      return query select null::uuid, null::text, e.newest, null::timestamptz, false, null::text;
    end if;
  else
    v_examined := array(
      select t.id from support_tickets t
      where t.id > coalesce(r.position_ticket, '00000000-0000-0000-0000-000000000000')
      order by t.id
      limit p_examined
    );
    v_due := array(
      select t.id from support_tickets t
      where t.id = any (v_examined)
        and retention_class(r.kind, t.status, coalesce(t.closed_at, t.resolved_at), t.archived_at, r.cutoff, t.legal_hold) = 'due'
        and not support_is_held(t.id, t.user_id)
        and not exists (select 1 from retention_run_tickets x where x.run_id = r.id and x.ticket_id = t.id)
      order by t.id
      limit least(p_limit, r.due - r.changed)
    );
    for k in select t.* from retention_take(r.kind, r.cutoff, clock(), v_due, r.id) t loop
      if k.error is null then
        v_taken := v_taken || k.ticket_id;
      else
        insert into retention_run_tickets (run_id, ticket_id, error) values (r.id, k.ticket_id, k.error);
      end if;
      return query select k.ticket_id, k.status, k.ended_at, k.archived_at, k.is_held, k.error;
    end loop;
    v_changed := cardinality(v_taken);
    insert into retention_run_tickets (run_id, ticket_id) select r.id, u.id from unnest(v_taken) u (id) on conflict do nothing;
    v_is_end := cardinality(v_examined) < p_examined and cardinality(v_due) < p_limit or r.changed + v_changed >= r.due;
    r.position_ticket := case when cardinality(v_due) = p_limit then v_due[p_limit] else v_examined[cardinality(v_examined)] end;
  end if;
  if v_is_end then
    -- Count again. Tickets that are still due were locked by other transactions.
    select p.* into v_plan from retention_plan(r.kind, r.cutoff) p;
    select count(*) into v_refused from retention_run_tickets x where x.run_id = r.id and x.error is not null;
    v_is_end := v_plan.due <= v_refused or r.pass >= p_passes or r.kind <> 'access_log' and r.changed + v_changed >= r.due;
    r.pass := r.pass + 1;
    r.position_ticket := null;
    r.position_row := case when v_is_end then r.position_row end;
  end if;
  update retention_runs x
  set changed = x.changed + v_changed, digest = r.digest, pass = r.pass, position_ticket = r.position_ticket, position_row = r.position_row,
      worked_ms = x.worked_ms + greatest(1, extract(epoch from clock_timestamp() - v_begun) * 1000)::bigint
  where x.id = r.id;
  if v_is_end then
    perform retention_end(r.id, 'done', null, v_plan.skipped || jsonb_build_object('refused', v_refused, 'busy', greatest(v_plan.due - v_refused, 0)));
  end if;
end
$$;
grant execute on function retention_act(uuid, integer, integer, integer, smallint) to {service};
