-- Retention, on a given clock: archive what has been over for six months, delete what has been archived for two years.
-- Legal hold wins. In portions, each its own transaction, so that a run can be broken off and taken up again.
-- Under traffic: new functions only; safe.

set local role helpline_owner;

create function archive_old_tickets(p_now timestamptz default now(), p_limit integer default 10000) returns integer
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
  v_numbers text[];
begin
  with due as (
    select t.id from support_tickets t
    where t.archived_at is null and not t.legal_hold and t.status in ('resolved', 'closed')
      and coalesce(t.closed_at, t.resolved_at) < p_now - interval '6 months'
    order by t.id
    limit p_limit
    for no key update skip locked
  ), archived as (
    update support_tickets t set archived_at = p_now from due d where t.id = d.id returning t.ticket_number
  )
  select array_agg(a.ticket_number) into v_numbers from archived a;
  if v_numbers is not null then
    insert into access_log (user_id, action, detail)
    values (support_current_user_id(), 'tickets_archived', jsonb_build_object('tickets', v_numbers, 'clock', p_now));
  end if;
  return coalesce(cardinality(v_numbers), 0);
end
$$;

create function delete_old_archived_tickets(p_now timestamptz default now(), p_limit integer default 1000) returns integer
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
  v_tickets uuid[];
  v_numbers text[];
begin
  select array_agg(d.id), array_agg(d.ticket_number) into v_tickets, v_numbers
  from (
    select t.id, t.ticket_number from support_tickets t
    where t.archived_at < p_now - interval '2 years' and not t.legal_hold
    order by t.id
    limit p_limit
    for update skip locked
  ) d;
  if v_tickets is not null then
    -- The history goes with its ticket, by the foreign keys' cascade; nobody else passes this door.
    perform set_config('helpline.append_only_door', 'open', true);
    delete from support_tickets t where t.id = any (v_tickets);
    perform set_config('helpline.append_only_door', '', true);
    insert into access_log (user_id, action, detail)
    values (support_current_user_id(), 'tickets_deleted', jsonb_build_object('tickets', v_numbers, 'clock', p_now));
  end if;
  return coalesce(cardinality(v_numbers), 0);
end
$$;

-- Nobody is granted these: they take their clock as an argument, and a service that could set it could erase everything. The database's
-- owner or an administrator's scheduler runs them.

reset role;
