-- Permanently removes a ticket's present subject and its former subjects from the history. An admin then writes a new subject. This works on archived
-- tickets too.
create or replace function support_redact_subject(p_ticket uuid) returns void
language plpgsql security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
declare
  t constant support_tickets := support_lock_for_redaction(p_ticket);
begin
  -- The ticket's `key_digest` was computed from its subject too. Remove it, because a short secret could be guessed from a digest.
  update support_tickets u set subject = '[redacted]', key_digest = null where u.id = p_ticket;
  -- The update above made the tickets' trigger write a "subject changed" event that contains the old subject. Turn that event into the event of the
  -- redaction.
  perform set_config('helpline.append_only_door', 'open', true);
  update support_ticket_activity a
  set old_value = null, new_value = null,
      description = case when a.seq = (select h.seq from support_ticket_heads h where h.ticket_id = p_ticket) and t.subject <> '[redacted]'
                         then 'subject redacted' else a.description end
  where a.ticket_id = p_ticket and a.kind = 'logged' and a.description = 'subject changed' and (a.old_value is not null or a.new_value is not null);
  -- The platform copied the subject into the event of the opening.
  update support_ticket_activity a
  set description = null, metadata = jsonb_set(a.metadata, array['adopted'], (a.metadata -> 'adopted') - 'columns')
  where a.ticket_id = p_ticket and a.kind = 'created' and a.metadata ? 'adopted';
  perform set_config('helpline.append_only_door', '', true);
  delete from adopted_originals o where o.ticket_id = p_ticket and o.source = 'ticket' and (o.field in ('subject', 'metadata', 'tags') or o.field like '*%');
end
$$;
grant execute on function support_redact_subject(uuid) to {staff};
