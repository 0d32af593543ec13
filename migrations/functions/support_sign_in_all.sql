-- Inserts or updates these people with the email addresses and names from their tokens, and returns their access status. Rows that need no change are
-- neither written nor locked, because even a row lock makes the transaction write to disk at its commit. A person whose row is locked is skipped, so
-- that one person does not delay other people. The person's next sign-in tries again. A name or an address that comes from the platform
-- (`support_follow_names`) is not changed by a token.
--
-- If another transaction is inserting one of these people, the call waits for that transaction, but only for `lock_timeout`. If that time runs out,
-- the call fails, and the service signs these people in one by one.
create or replace function support_sign_in_all(p_users uuid[], p_emails text[], p_names text[])
returns table (id uuid, display_name text, email text, role text, blocked boolean, public_name text)
language plpgsql volatile security definer
set search_path = pg_catalog, {schema}, pg_temp
set lock_timeout = '200ms'
set plan_cache_mode = force_generic_plan
set max_parallel_workers_per_gather = 0
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set enable_material = off
as $$
#variable_conflict use_column
begin
  -- Insert in the order of the primary key, so that two instances never deadlock.
  insert into people as p (id, email, display_name, last_seen_at)
  select distinct on (u.id) u.id, u.email, u.name, now()
  from unnest(p_users, p_emails, p_names) as u (id, email, name)
  where not exists (select 1 from people x where x.id = u.id)
  order by u.id
  on conflict on constraint people_pkey do nothing;

  update people p
  set email = coalesce(d.email, p.email), display_name = coalesce(d.name, p.display_name), last_seen_at = now()
  from (
    select distinct on (x.id) x.id, x.email, x.name
    from unnest(p_users, p_emails, p_names) as u (id, email, name)
    cross join lateral (
      select y.id, t.email, t.name
      from people y
      left join platform_people f on f.person_id = y.id
      cross join lateral (
        select case when f.gives_email then null else u.email end as email, case when f.gives_name then null else u.name end as name
      ) t
      where y.id = u.id
        and ((coalesce(t.email, y.email), coalesce(t.name, y.display_name)) is distinct from (y.email, y.display_name)
             or y.last_seen_at is null or y.last_seen_at < now() - interval '1 minute')
      for no key update of y skip locked
    ) x
    order by x.id
  ) d
  where p.id = d.id;

  return query select s.id, s.display_name, s.email, s.role, s.blocked, s.public_name from support_access_status(p_users) s;
end
$$;
grant execute on function support_sign_in_all(uuid[], text[], text[]) to {service};
