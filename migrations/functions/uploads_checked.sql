-- Records the result of a file's check, and what is known of the image. If a message names the file, its attachments change and an event says so, in
-- the same transaction. Returns false, and changes nothing, if the file was checked before or is gone. With `p_state` `gone`, the store has lost the
-- bytes, which may be found out later too.
create or replace function uploads_checked(
  p_id uuid, p_state text, p_finding text, p_engine text, p_preview_key text, p_preview_type text, p_width integer, p_height integer
) returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
declare
  v_ticket uuid := (select x.ticket_id from uploads x where x.id = p_id);
  u uploads;
begin
  -- In the order in which messages are stored: the ticket first.
  perform 1 from support_tickets t where t.id = v_ticket for no key update;
  select x.* into u from uploads x where x.id = p_id for update;
  if u.ticket_id is distinct from v_ticket then
    -- The upload's ticket was opened meanwhile. Begin again, with its lock.
    raise exception 'the ticket of upload % was opened meanwhile', p_id using errcode = 'serialization_failure';
  elsif u.id is null or (u.state <> 'stored' and not (p_state = 'gone' and u.state in ('clean', 'not_scanned'))) then
    return false;
  end if;
  update uploads x
  set state = p_state, scan_finding = left(p_finding, 500), scan_engine = left(p_engine, 200), scanned_at = clock(),
      blob_key = case when p_state in ('clean', 'not_scanned') then x.blob_key end,
      preview_key = p_preview_key, preview_type = p_preview_type, width = p_width, height = p_height
  where x.id = p_id
  returning * into u;
  delete from blob_removals b where b.blob_key = p_preview_key;
  if u.message_id is null then
    return true;
  end if;
  -- Tell the messages' triggers that this is no edit.
  perform set_config('helpline.checking', 'on', true);
  update support_messages m
  set attachments = (select jsonb_agg(case when e.file ->> 'id' = p_id::text then uploads_described(u) else e.file end order by e.n)
                     from jsonb_array_elements(m.attachments) with ordinality e (file, n))
  where m.id = u.message_id and m.redacted_at is null;
  perform set_config('helpline.checking', '', true);
  perform support_write_history(
    array[u.ticket_id], array[case when u.is_internal then 'internal_attachment_checked' else 'attachment_checked' end], array[null::uuid],
    array['system'::text], array[u.id::text], array[u.state], array[case when not u.is_internal then u.id::text end],
    array[case when not u.is_internal then u.state end], array[null::text], array[u.message_id], array[null::jsonb]);
  return true;
end
$$;
grant execute on function uploads_checked(uuid, text, text, text, text, text, integer, integer) to {service};
