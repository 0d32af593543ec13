-- Calls `support_keep_reply` if the saved reply's entity tag is in `p_if_match` (checked by `support_expect_reply`).
create or replace function support_keep_seen_reply(
  p_id uuid, p_shortcut text, p_title text, p_body text, p_folder text, p_personal boolean, p_shared_max integer, p_personal_max integer,
  p_if_match text[]
) returns setof support_saved_replies
language plpgsql security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  perform support_expect_reply(p_id, p_if_match);
  return query select k.* from support_keep_reply(p_id, p_shortcut, p_title, p_body, p_folder, p_personal, p_shared_max, p_personal_max) k;
end
$$;
grant execute on function support_keep_seen_reply(uuid, text, text, text, text, boolean, integer, integer, text[]) to {customer}, {staff};
