-- Gives uploads to a message that is about to be stored, and returns them as the message's attachments, in the order of `p_files`. Returns null, and
-- changes nothing, unless every one of them is the sender's, for this ticket (or, with `p_is_new_ticket`, for a ticket that was not there yet) and this
-- kind of message, complete, and in no message. The caller has locked the ticket.
--
-- `p_files` is a list of ids. Instances of the previous build pass descriptions of files instead, which are returned as they are.
create or replace function uploads_attach(
  p_files jsonb, p_message uuid, p_ticket uuid, p_is_new_ticket boolean, p_sender uuid, p_is_internal boolean
) returns jsonb
language plpgsql
set search_path = pg_catalog, {schema}, pg_temp
as $$
declare
  v_ids uuid[];
  v_found bigint;
  v_attachments jsonb;
begin
  if jsonb_typeof(p_files -> 0) is distinct from 'string' then
    return p_files;
  end if;
  v_ids := array(select f.id::uuid from jsonb_array_elements_text(p_files) with ordinality f (id, n) order by f.n);
  perform 1 from uploads u where u.id = any (v_ids) and u.owner_id = p_sender order by u.id for update;
  select count(distinct u.id), jsonb_agg(uploads_described(u) order by f.n) into v_found, v_attachments
  from unnest(v_ids) with ordinality f (id, n)
  join uploads u on u.id = f.id
  where u.owner_id = p_sender and u.is_internal = p_is_internal and u.message_id is null and u.state not in ('reserved', 'gone')
    and u.ticket_id is not distinct from case when not p_is_new_ticket then p_ticket end;
  if v_found <> cardinality(v_ids) then
    return null;
  end if;
  update uploads u set message_id = p_message, ticket_id = p_ticket where u.id = any (v_ids);
  return v_attachments;
end
$$;
