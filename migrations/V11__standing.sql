-- Signing in, and everybody's present standing.
-- Under traffic: new functions only; safe.

set local role helpline_owner;

create function support_standing(p_users uuid[])
returns table (id uuid, display_name text, email text, role text, blocked boolean)
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
  select u.id, p.display_name, p.email, (select min(r.role) from user_roles r where r.user_id = u.id), p.blocked_at is not null
  from unnest(p_users) as u (id)
  left join people p on p.id = u.id
$$;

-- Fills in what the token says. A mass reconnect must not rewrite thousands of rows for the sake of a second: `last_seen_at` moves by minutes.
create function support_sign_in(p_user uuid, p_email text, p_name text)
returns table (id uuid, display_name text, email text, role text, blocked boolean)
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
  insert into people as p (id, email, display_name, last_seen_at)
  values (p_user, p_email, p_name, now())
  on conflict on constraint people_pkey do update
  set email = coalesce(p_email, p.email), display_name = coalesce(p_name, p.display_name), last_seen_at = now()
  where (coalesce(p_email, p.email), coalesce(p_name, p.display_name)) is distinct from (p.email, p.display_name)
     or p.last_seen_at is null or p.last_seen_at < now() - interval '1 minute';
  return query select s.id, s.display_name, s.email, s.role, s.blocked from support_standing(array[p_user]) s;
end
$$;

grant execute on function support_standing(uuid[]), support_sign_in(uuid, text, text) to helpline_service;

reset role;
