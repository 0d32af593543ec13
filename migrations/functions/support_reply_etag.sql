-- Returns the entity tag of a saved reply. The tag covers only the fields that a client can change.
create or replace function support_reply_etag(p_reply support_saved_replies) returns text
language plpgsql stable
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  return support_etag(jsonb_build_array(p_reply.shortcut, p_reply.title, p_reply.body, p_reply.folder));
end
$$;
grant execute on function support_reply_etag(support_saved_replies) to {customer}, {staff};
