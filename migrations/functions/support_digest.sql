-- What was sent under a key: side, text and attachments.
-- (Stable as `convert_to` is: declared immutable, it could not be inlined.)
create or replace function support_digest(p_is_internal boolean, p_body text, p_attachments jsonb) returns bytea
language sql stable parallel safe
as $$
  select sha256(convert_to(case when p_is_internal then 'note ' else 'message ' end || p_attachments::text || ' ' || p_body, 'UTF8'))
$$;
