-- Fills in what the tokens say, and gives everybody's standing. Written is only what is news: a row that is locked for nothing makes a
-- commit of its own. Whoever is locked by somebody else steps aside, so that one of them does not hold up all; the next sign-in tries again.
-- Somebody new whom another transaction is just writing is waited for, but not for long: the service then asks for each alone.
create or replace function support_sign_in_all(p_users uuid[], p_emails text[], p_names text[])
returns table (id uuid, display_name text, email text, role text, blocked boolean, public_name text)
language plpgsql volatile security definer
set search_path = pg_catalog, {schema}, pg_temp
set lock_timeout = '200ms'
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
#variable_conflict use_column
begin
  -- In the order of the key, so that two instances never wait for each other.
  insert into people as p (id, email, display_name, last_seen_at)
  select distinct on (u.id) u.id, u.email, u.name, now()
  from unnest(p_users, p_emails, p_names) as u (id, email, name)
  where not exists (select 1 from people x where x.id = u.id)
  order by u.id
  on conflict on constraint people_pkey do nothing;

  update people p
  set email = coalesce(d.email, p.email), display_name = coalesce(d.name, p.display_name), last_seen_at = now()
  from (
    select distinct on (x.id) x.id, u.email, u.name
    from unnest(p_users, p_emails, p_names) as u (id, email, name)
    cross join lateral (
      select y.id from people y
      where y.id = u.id
        and ((coalesce(u.email, y.email), coalesce(u.name, y.display_name)) is distinct from (y.email, y.display_name)
             or y.last_seen_at is null or y.last_seen_at < now() - interval '1 minute')
      for no key update skip locked
    ) x
    order by x.id
  ) d
  where p.id = d.id;

  return query select s.id, s.display_name, s.email, s.role, s.blocked, s.public_name from support_access_status(p_users) s;
end
$$;
grant execute on function support_sign_in_all(uuid[], text[], text[]) to {service};
