-- Permanently removes the texts and data of a `logged` event, or the comment of a `rated` event. The event keeps its number. `support_redact_message`
-- redacts messages; events of all other kinds contain only texts that Helpline wrote.
create or replace function support_redact_event(p_ticket uuid, p_seq bigint) returns void
language plpgsql security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
declare
  v_kind text;
begin
  perform support_lock_for_redaction(p_ticket);
  select a.kind into v_kind from support_ticket_activity a where a.ticket_id = p_ticket and a.seq = p_seq;
  if v_kind is null then
    perform support_refuse('not_found');
  elsif v_kind not in ('logged', 'rated') then
    perform support_refuse('invalid_field');
  end if;
  -- Also what the platform's row contained and could not be adopted.
  delete from adopted_originals o
  using support_ticket_activity a
  where a.ticket_id = p_ticket and a.seq = p_seq and o.ticket_id = p_ticket
    and (o.source = 'activity' and o.row_id = adopt_uuid(a.metadata #>> '{adopted,id}')
         or o.source = 'ticket' and o.field = a.metadata #>> '{adopted,field}');
  perform set_config('helpline.append_only_door', 'open', true);
  update support_ticket_activity a
  set old_value = case when v_kind = 'rated' then a.old_value end, new_value = case when v_kind = 'rated' then a.new_value end,
      description = case when v_kind = 'logged' then 'redacted' end,
      -- The id of the platform's row stays, so that a later copy does not bring the row again.
      metadata = case when a.metadata #> '{adopted,id}' is not null
                      then jsonb_build_object('adopted', jsonb_build_object('id', a.metadata #> '{adopted,id}')) else '{}' end
  where a.ticket_id = p_ticket and a.seq = p_seq;
  perform set_config('helpline.append_only_door', '', true);
  perform support_record_redaction(p_ticket, 'event ' || p_seq);
end
$$;
grant execute on function support_redact_event(uuid, bigint) to {staff};
