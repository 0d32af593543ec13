-- Archives or deletes those of these tickets that are due, and returns them as they were. A ticket that another transaction has locked is left out.
-- Everything is decided under the ticket's lock, by a statement that began after the lock was taken. A ticket that the database refuses to change is
-- returned with the error, and the others are changed all the same: the platform may have tables that refer to tickets, or triggers.
create or replace function retention_take(p_kind text, p_cutoff timestamptz, p_now timestamptz, p_tickets uuid[], p_run uuid)
returns table (ticket_id uuid, status text, ended_at timestamptz, archived_at timestamptz, is_held boolean, error text)
language plpgsql volatile
set search_path = pg_catalog, {schema}, pg_temp
set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
  v_locked uuid[];
  v_before jsonb;
  v_due uuid[];
  v_refused jsonb := '{}';
  v_id uuid;
begin
  -- No hold is set or released until this transaction ends. Plain SQL that sets `support_tickets.legal_hold` needs the ticket's lock instead.
  lock table legal_holds in share mode;
  if p_kind = 'delete' then
    v_locked := array(select x.id from (select t.id from support_tickets t where t.id = any (p_tickets) order by t.id for update skip locked) x);
  else
    v_locked := array(select x.id from (select t.id from support_tickets t where t.id = any (p_tickets) order by t.id for no key update skip locked) x);
  end if;
  select array_agg(t.id order by t.id),
    jsonb_agg(jsonb_build_object('id', t.id, 'number', t.ticket_number, 'status', t.status, 'ended', coalesce(t.closed_at, t.resolved_at),
      'archived', t.archived_at, 'held', t.legal_hold or support_is_held(t.id, t.user_id)) order by t.id)
  into v_due, v_before
  from support_tickets t
  where t.id = any (v_locked)
    and retention_class(p_kind, t.status, coalesce(t.closed_at, t.resolved_at), t.archived_at, p_cutoff,
          t.legal_hold or support_is_held(t.id, t.user_id)) = 'due';
  if v_due is null then
    return;
  end if;
  begin
    perform retention_change(p_kind, p_now, v_due);
  exception when others then
    -- Only one ticket may be at fault, so each is tried alone. A fault of the server's, such as a timeout or a full disk, says nothing about a ticket.
    if sqlstate ~ '^(40|53|55|57|58|XX)' then
      raise;
    end if;
    foreach v_id in array v_due loop
      begin
        perform retention_change(p_kind, p_now, array[v_id]);
      exception when others then
        if sqlstate ~ '^(40|53|55|57|58|XX)' then
          raise;
        end if;
        v_refused := v_refused || jsonb_build_object(v_id::text, left(sqlerrm, 500));
      end;
    end loop;
  end;
  insert into access_log (user_id, action, detail)
  select support_current_user_id(), case p_kind when 'archive' then 'tickets_archived' else 'tickets_deleted' end,
    jsonb_strip_nulls(jsonb_build_object('tickets', jsonb_agg(b.number order by b.id), 'clock', p_now, 'run', p_run))
  from jsonb_to_recordset(v_before) b (id uuid, number text)
  where not v_refused ? b.id::text
  having count(*) > 0;
  return query
    select b.id, b.status, b.ended, b.archived, b.held, v_refused ->> b.id::text
    from jsonb_to_recordset(v_before) b (id uuid, status text, ended timestamptz, archived timestamptz, held boolean)
    order by b.id;
end
$$;
