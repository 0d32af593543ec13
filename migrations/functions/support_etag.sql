-- Returns the entity tag (RFC 9110, section 8.8.3) of a stored value. The tag depends only on the content: a value that is changed and then changed
-- back has its original tag again. A null has an entity tag too.
create or replace function support_etag(p_value jsonb) returns text
language sql stable parallel safe
as $$
  select '"' || left(encode(sha256(convert_to(coalesce(p_value::text, ''), 'UTF8')), 'hex'), 32) || '"'
$$;
grant execute on function support_etag(jsonb) to {customer}, {staff};
