-- Permanently removes the comments of a ticket's present and former ratings; the ratings themselves remain. This works on archived tickets too.
create or replace function support_redact_rating(p_ticket uuid) returns void
language plpgsql security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
declare
  t constant support_tickets := support_lock_for_redaction(p_ticket);
  v_scrubbed bigint;
begin
  perform set_config('helpline.append_only_door', 'open', true);
  update support_ticket_activity a set description = null where a.ticket_id = p_ticket and a.kind = 'rated' and a.description is not null;
  get diagnostics v_scrubbed = row_count;
  perform set_config('helpline.append_only_door', '', true);
  delete from adopted_originals o where o.ticket_id = p_ticket and o.source = 'ticket' and o.field in ('feedback', 'rating');
  if t.satisfaction_comment is not null then
    -- Prevent the tickets' trigger from adding a rating event for this change.
    perform set_config('helpline.redacting', 'on', true);
    update support_tickets u set satisfaction_comment = null where u.id = p_ticket;
    perform set_config('helpline.redacting', '', true);
  end if;
  if v_scrubbed > 0 or t.satisfaction_comment is not null then
    perform support_record_redaction(p_ticket, 'rating comment');
  end if;
end
$$;
grant execute on function support_redact_rating(uuid) to {staff};
