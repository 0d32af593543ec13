-- Calls `support_remove_reply` if the saved reply's entity tag is in `p_if_match` (checked by `support_expect_reply`).
create or replace function support_remove_seen_reply(p_id uuid, p_if_match text[]) returns boolean
language plpgsql security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  perform support_expect_reply(p_id, p_if_match);
  return support_remove_reply(p_id);
end
$$;
grant execute on function support_remove_seen_reply(uuid, text[]) to {customer}, {staff};
