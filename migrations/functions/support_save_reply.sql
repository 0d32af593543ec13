-- Used by instances of the previous build, which support only shared saved replies; `support_keep_reply` replaces this function.
create or replace function support_save_reply(p_id uuid, p_shortcut text, p_title text, p_body text, p_replies_max integer)
returns setof support_saved_replies
language plpgsql security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  perform support_require_admin();
  if (select count(*) from support_saved_replies r where r.id <> p_id and r.owner is null) >= p_replies_max then
    perform support_refuse('too_large');
  end if;
  insert into support_saved_replies as r (id, shortcut, title, body, created_by, updated_by)
  values (p_id, p_shortcut, p_title, p_body, support_current_user_id(), support_current_user_id())
  on conflict on constraint support_saved_replies_pkey do update
  set shortcut = excluded.shortcut, title = excluded.title, body = excluded.body, updated_by = excluded.updated_by, updated_at = now()
  where r.owner is null and (r.shortcut, r.title, r.body) is distinct from (excluded.shortcut, excluded.title, excluded.body);
  return query select r.* from support_saved_replies r where r.id = p_id and r.owner is null;
  if not found then
    perform support_refuse('conflict');
  end if;
end
$$;
grant execute on function support_save_reply(uuid, text, text, text, integer) to {customer}, {staff};
