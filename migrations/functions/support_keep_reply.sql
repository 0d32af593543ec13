-- Creates or replaces a saved reply. Only admins write shared replies, and only the owner writes a personal reply. A personal reply cannot become
-- shared, nor a shared one personal: otherwise a client that does not know about personal replies could publish one to the whole team. Two concurrent
-- writers may exceed the maximum number of replies; that is harmless, because the maximum only keeps the list to one page.
create or replace function support_keep_reply(
  p_id uuid, p_shortcut text, p_title text, p_body text, p_folder text, p_personal boolean, p_shared_max integer, p_personal_max integer
) returns setof support_saved_replies
language plpgsql security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
declare
  v_user constant uuid := support_require_user();
  v_owner constant uuid := case when p_personal then v_user end;
begin
  if not p_personal then
    perform support_require_admin();
  elsif not support_is_staff() then
    perform support_refuse('forbidden');
  end if;
  if (select count(*) from support_saved_replies r where r.id <> p_id and r.owner is not distinct from v_owner)
     >= (case when p_personal then p_personal_max else p_shared_max end) then
    perform support_refuse('too_large');
  end if;
  insert into support_saved_replies as r (id, shortcut, title, body, folder, owner, created_by, updated_by)
  values (p_id, p_shortcut, p_title, p_body, p_folder, v_owner, v_user, v_user)
  on conflict on constraint support_saved_replies_pkey do update
  set shortcut = excluded.shortcut, title = excluded.title, body = excluded.body, folder = excluded.folder, updated_by = excluded.updated_by,
      updated_at = now()
  where r.owner is not distinct from v_owner
    and (r.shortcut, r.title, r.body, r.folder) is distinct from (excluded.shortcut, excluded.title, excluded.body, excluded.folder);
  return query select r.* from support_saved_replies r where r.id = p_id and r.owner is not distinct from v_owner;
  if not found then
    perform support_refuse('conflict');
  end if;
end
$$;
grant execute on function support_keep_reply(uuid, text, text, text, text, boolean, integer, integer) to {customer}, {staff};
