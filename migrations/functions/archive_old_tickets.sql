create or replace function archive_old_tickets(p_now timestamptz default now(), p_limit integer default 10000) returns integer
language plpgsql security definer
set search_path = pg_catalog, {schema}, pg_temp
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
