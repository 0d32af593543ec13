create or replace function delete_old_archived_tickets(p_now timestamptz default now(), p_limit integer default 1000) returns integer
language plpgsql security definer
set search_path = pg_catalog, {schema}, pg_temp
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
    -- Deleting a ticket also deletes its history, through a foreign key with `on delete cascade`. The history table is append-only: its trigger
    -- allows the deletion only while `helpline.append_only_door` is set. Only retention and redaction set it.
    perform set_config('helpline.append_only_door', 'open', true);
    delete from support_tickets t where t.id = any (v_tickets);
    perform set_config('helpline.append_only_door', '', true);
    insert into access_log (user_id, action, detail)
    values (support_current_user_id(), 'tickets_deleted', jsonb_build_object('tickets', v_numbers, 'clock', p_now));
  end if;
  return coalesce(cardinality(v_numbers), 0);
end
$$;
