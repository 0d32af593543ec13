-- Records changes of saved replies in the access log. For a personal reply, only who changed it and when is recorded: its text is private to its
-- owner, and admins can read the access log.
create or replace function support_saved_replies_recorded() returns trigger
language plpgsql security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
declare
  v_before constant jsonb := case when tg_op = 'INSERT' then null
    when old.owner is not null then '{"personal": true}'
    else jsonb_build_object('shortcut', old.shortcut, 'title', old.title, 'body', old.body, 'folder', old.folder) end;
  v_after constant jsonb := case when tg_op = 'DELETE' then null
    when new.owner is not null then '{"personal": true}'
    else jsonb_build_object('shortcut', new.shortcut, 'title', new.title, 'body', new.body, 'folder', new.folder) end;
begin
  insert into access_log (user_id, action, ip_address, user_agent, detail)
  values (support_current_user_id(), case tg_op when 'DELETE' then 'reply_deleted' else 'reply_saved' end,
          support_current_address(), support_current_user_agent(),
          jsonb_build_object('reply', coalesce(new.id, old.id), 'before', v_before, 'after', v_after));
  return null;
end
$$;
