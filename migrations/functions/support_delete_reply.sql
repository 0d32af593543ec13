-- Used by instances of the previous build, which support only shared saved replies; `support_remove_reply` replaces this function. Returns whether
-- the saved reply existed.
create or replace function support_delete_reply(p_id uuid) returns boolean
language plpgsql security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  perform support_require_admin();
  delete from support_saved_replies r where r.id = p_id and r.owner is null;
  return found;
end
$$;
grant execute on function support_delete_reply(uuid) to {customer}, {staff};
