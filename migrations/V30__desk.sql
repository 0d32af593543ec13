-- What the desk's own screens need: its settings and saved replies, who of the staff is there, one person's panel, the counts of views.
-- Under traffic: two new tables, functions, and one partial index that is built while writes to tickets wait (a second for a million).

set local role helpline_owner;

-- One row per name; which names there are and of what shape, the service knows.
create table support_settings (
  name text not null,
  value jsonb not null,
  updated_by uuid,
  updated_at timestamptz not null default now(),
  constraint support_settings_pkey primary key (name),
  constraint support_settings_name_check check (name ~ '^[a-z][a-z_]{0,63}$'),
  constraint support_settings_value_check check (octet_length(value::text) <= 16384)
);

-- Texts that an agent inserts by their shortcut; `{{…}}` in them is filled in by the client.
create table support_saved_replies (
  id uuid not null,
  shortcut text not null,
  title text not null,
  body text not null,
  created_by uuid,
  updated_by uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint support_saved_replies_pkey primary key (id),
  constraint support_saved_replies_shortcut_key unique (shortcut),
  constraint support_saved_replies_shortcut_check check (shortcut ~ '^[a-z0-9_-]{1,40}$'),
  constraint support_saved_replies_title_check check (char_length(title) between 1 and 100 and title !~ '[[:cntrl:]]'),
  constraint support_saved_replies_body_check check (octet_length(body) between 1 and 16384)
);

alter table support_settings enable row level security;
alter table support_settings force row level security;
alter table support_saved_replies enable row level security;
alter table support_saved_replies force row level security;
create policy support_settings_owner on support_settings to helpline_owner using (true) with check (true);
create policy support_saved_replies_owner on support_saved_replies to helpline_owner using (true) with check (true);
grant select on support_settings, support_saved_replies to helpline_staff;
create policy support_settings_staff_select on support_settings for select to helpline_staff
  using ((select support_current_role()) = 'admin');
create policy support_saved_replies_staff_select on support_saved_replies for select to helpline_staff
  using ((select support_is_staff()));

-- An agent's own view of what is not over: their closed tickets, thousands in time, are not walked through.
create index support_tickets_mine_idx on support_tickets (assigned_to)
  where archived_at is null and assigned_to is not null and status not in ('resolved', 'closed');

-- Refuses whoever is signed in and no admin; SQL without claims is the operator's.
create function support_require_admin() returns void
language plpgsql
set search_path = pg_catalog, public, pg_temp
as $$
begin
  if support_require_user() is not null and support_current_role() is distinct from 'admin' then
    perform support_refuse('forbidden');
  end if;
end
$$;

-- Whoever changes them, by function or plain SQL, is recorded, with before and after.
create function support_settings_recorded() returns trigger
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
  insert into access_log (user_id, action, ip_address, user_agent, detail)
  values (support_current_user_id(), 'setting_changed', support_current_address(), support_current_user_agent(),
          jsonb_build_object('name', coalesce(new.name, old.name), 'before', old.value, 'after', new.value));
  return null;
end
$$;
create trigger support_settings_recorded after insert or update or delete on support_settings
  for each row execute function support_settings_recorded();

create function support_saved_replies_recorded() returns trigger
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
  v_before constant jsonb := case when tg_op <> 'INSERT' then
    jsonb_build_object('shortcut', old.shortcut, 'title', old.title, 'body', old.body) end;
  v_after constant jsonb := case when tg_op <> 'DELETE' then
    jsonb_build_object('shortcut', new.shortcut, 'title', new.title, 'body', new.body) end;
begin
  insert into access_log (user_id, action, ip_address, user_agent, detail)
  values (support_current_user_id(), case tg_op when 'DELETE' then 'reply_deleted' else 'reply_saved' end,
          support_current_address(), support_current_user_agent(),
          jsonb_build_object('reply', coalesce(new.id, old.id), 'before', v_before, 'after', v_after));
  return null;
end
$$;
create trigger support_saved_replies_recorded after insert or update or delete on support_saved_replies
  for each row execute function support_saved_replies_recorded();

-- A null value removes the setting.
create function support_set_setting(p_name text, p_value jsonb) returns void
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
  perform support_require_admin();
  if p_value is null then
    delete from support_settings s where s.name = p_name;
  else
    insert into support_settings as s (name, value, updated_by) values (p_name, p_value, support_current_user_id())
    on conflict on constraint support_settings_pkey do update
    set value = excluded.value, updated_by = excluded.updated_by, updated_at = now()
    where s.value is distinct from excluded.value;
  end if;
end
$$;

-- Creates or replaces. The bound is not held against two admins in the same moment; it only keeps the list one page long.
create function support_save_reply(p_id uuid, p_shortcut text, p_title text, p_body text, p_replies_max integer)
returns setof support_saved_replies
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
  perform support_require_admin();
  if (select count(*) from support_saved_replies r where r.id <> p_id) >= p_replies_max then
    perform support_refuse('too_large');
  end if;
  insert into support_saved_replies as r (id, shortcut, title, body, created_by, updated_by)
  values (p_id, p_shortcut, p_title, p_body, support_current_user_id(), support_current_user_id())
  on conflict on constraint support_saved_replies_pkey do update
  set shortcut = excluded.shortcut, title = excluded.title, body = excluded.body, updated_by = excluded.updated_by, updated_at = now()
  where (r.shortcut, r.title, r.body) is distinct from (excluded.shortcut, excluded.title, excluded.body);
  return query select r.* from support_saved_replies r where r.id = p_id;
end
$$;

-- Says whether there was one.
create function support_delete_reply(p_id uuid) returns boolean
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
  perform support_require_admin();
  delete from support_saved_replies r where r.id = p_id;
  return found;
end
$$;
grant execute on function support_set_setting(text, jsonb), support_save_reply(uuid, text, text, text, integer), support_delete_reply(uuid)
  to helpline_customer, helpline_staff;

-- Whether anybody is there for those who come, in one look for everybody who asks.
create function support_availability(p_fresh_ms bigint)
returns table (opening_hours jsonb, away_notice jsonb, agents_online boolean)
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
  select (select s.value from support_settings s where s.name = 'opening_hours'),
         (select s.value from support_settings s where s.name = 'away_notice'),
         exists (
           select 1 from user_roles r
           join people p on p.id = r.user_id
           where p.blocked_at is null and p.last_seen_at > now() - p_fresh_ms * interval '1 millisecond'
         )
$$;

-- These people are connected now. Every instance with one of them says so: in the order of the key, and whom another one is just
-- renewing needs no second time.
create function support_note_seen(p_users uuid[], p_older_than_ms bigint) returns void
language sql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
  update people p set last_seen_at = now()
  from (
    select x.id from people x
    where x.id = any (p_users) and (x.last_seen_at is null or x.last_seen_at < now() - p_older_than_ms * interval '1 millisecond')
    order by x.id
    for no key update skip locked
  ) d
  where p.id = d.id
$$;
grant execute on function support_availability(bigint), support_note_seen(uuid[], bigint) to helpline_service;

reset role;
