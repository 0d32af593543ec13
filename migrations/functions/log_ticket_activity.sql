-- Adds an event to a ticket's history that only staff can see. The function's name and arguments are those of Helpline's predecessor. The event
-- always has the kind `logged`, so that callers cannot forge events of other kinds.
create or replace function log_ticket_activity(
  p_ticket_id uuid, p_activity_type text, p_old_value text default null, p_new_value text default null,
  p_description text default null, p_metadata jsonb default '{}'
) returns void
language plpgsql security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
declare
  v_user constant uuid := support_require_user();
begin
  if not exists (select 1 from support_tickets t
                 where t.id = p_ticket_id and (v_user is null or (t.user_id <> v_user and support_current_role() is not null))) then
    perform support_refuse('not_found');
  end if;
  perform support_write_history(
    array[p_ticket_id], array['logged'], array[v_user], array[case when v_user is null then 'system' else 'admin' end],
    array[p_old_value], array[p_new_value], array[null::text], array[null::text], array[coalesce(p_description, p_activity_type)],
    array[null::uuid], array[coalesce(p_metadata, '{}') || jsonb_build_object('activity_type', p_activity_type)]);
end
$$;
grant execute on function log_ticket_activity(uuid, text, text, text, text, jsonb) to {staff};
