-- Locks a saved reply until the end of the transaction. Fails if the caller cannot see the reply, or if its entity tag is not in `p_if_match`; `*`
-- accepts any tag. A null `p_if_match` skips the check.
create or replace function support_expect_reply(p_id uuid, p_if_match text[]) returns void
language plpgsql
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  if p_if_match is null then
    return;
  end if;
  -- Check the caller's role first, so that customers do not learn whether the saved reply exists.
  if support_require_user() is not null and not support_is_staff() then
    perform support_refuse('forbidden');
  end if;
  perform 1 from support_saved_replies r
  where r.id = p_id and (r.owner is null or r.owner = support_current_user_id())
    and (support_reply_etag(r) = any (p_if_match) or '*' = any (p_if_match))
  for update;
  if not found then
    perform support_refuse('precondition_failed');
  end if;
end
$$;
