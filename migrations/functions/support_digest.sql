-- A digest of what is sent under an `Idempotency-Key`: visibility, text and attachments.
--
-- The function is stable because `convert_to` is: a function declared immutable could not be inlined.
create or replace function support_digest(p_is_internal boolean, p_body text, p_attachments jsonb) returns bytea
language sql stable parallel safe
as $$
  select sha256(convert_to(case when p_is_internal then 'note ' else 'message ' end || p_attachments::text || ' ' || p_body, 'UTF8'))
$$;
