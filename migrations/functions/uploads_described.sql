-- An upload as an attachment of its message. Core's `Attachment` reads it.
create or replace function uploads_described(u uploads) returns jsonb
language sql stable parallel safe
set search_path = pg_catalog, {schema}, pg_temp
as $$
  select jsonb_strip_nulls(jsonb_build_object(
    'id', u.id, 'name', u.name, 'content_type', coalesce(u.content_type, 'application/octet-stream'), 'size_bytes', u.size_bytes,
    'state', case u.state when 'stored' then 'checking' else u.state end,
    'width', u.width, 'height', u.height, 'preview', u.preview_key is not null))
$$;
