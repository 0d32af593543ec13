-- The entity tag of a stored value (RFC 9110, 8.8.3). It depends only on the content, so a value that is changed and changed back has its former tag.
-- A null has an entity tag too.
create or replace function support_etag(p_value jsonb) returns text
language sql stable parallel safe
as $$
  select '"' || left(encode(sha256(convert_to(coalesce(p_value::text, ''), 'UTF8')), 'hex'), 32) || '"'
$$;
grant execute on function support_etag(jsonb) to {customer}, {staff};
