-- Returns a digest of the content of a message that was sent with an `Idempotency-Key`: visibility, text, and the ids of its
-- uploads as the client named them.
--
-- The function is declared stable because `convert_to` is. Postgres would not inline an immutable function that calls a stable one.
create or replace function support_digest(p_is_internal boolean, p_body text, p_attachments jsonb) returns bytea
language sql stable parallel safe
as $$
  select sha256(convert_to(case when p_is_internal then 'note ' else 'message ' end || p_attachments::text || ' ' || p_body, 'UTF8'))
$$;
