-- Permanently removes a ticket's present and former subjects; an admin then writes a new one. It works on archived tickets too.
create or replace function support_redact_subject(p_ticket uuid) returns void
language plpgsql security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
declare
  t constant support_tickets := support_lock_for_redaction(p_ticket);
begin
  -- The digest of the ticket's opening covers the subject. Remove it too, because a short secret could be guessed from a digest.
  update support_tickets u set subject = '[redacted]', key_digest = null where u.id = p_ticket;
  -- The trigger has logged this change like any other, with the old subject. Turn that event into the record of the redaction.
  perform set_config('helpline.append_only_door', 'open', true);
  update support_ticket_activity a
  set old_value = null, new_value = null,
      description = case when a.seq = (select h.seq from support_ticket_heads h where h.ticket_id = p_ticket) and t.subject <> '[redacted]'
                         then 'subject redacted' else a.description end
  where a.ticket_id = p_ticket and a.kind = 'logged' and a.description = 'subject changed' and (a.old_value is not null or a.new_value is not null);
  perform set_config('helpline.append_only_door', '', true);
end
$$;
grant execute on function support_redact_subject(uuid) to {staff};
