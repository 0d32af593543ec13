-- Deletes a saved reply: one of the caller's own or, if the caller is an admin, a shared one. Returns whether such a reply existed.
create or replace function support_remove_reply(p_id uuid) returns boolean
language plpgsql security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
declare
  v_user constant uuid := support_require_user();
begin
  if v_user is not null and not support_is_staff() then
    perform support_refuse('forbidden');
  end if;
  delete from support_saved_replies r where r.id = p_id and r.owner = v_user;
  if found then
    return true;
  end if;
  if exists (select 1 from support_saved_replies r where r.id = p_id and r.owner is null) then
    perform support_require_admin();
  end if;
  delete from support_saved_replies r where r.id = p_id and r.owner is null;
  return found;
end
$$;
grant execute on function support_remove_reply(uuid) to {customer}, {staff};
