-- The entity tag of what is stored (RFC 9110, 8.8.3), of its content: what was changed and changed back is as it was. A null has one too.
create or replace function support_etag(p_value jsonb) returns text
language sql stable parallel safe
as $$
  select '"' || left(encode(sha256(convert_to(coalesce(p_value::text, ''), 'UTF8')), 'hex'), 32) || '"'
$$;
grant execute on function support_etag(jsonb) to {customer}, {staff};
