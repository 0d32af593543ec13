-- Takes over people's names and addresses from the platform, if `migrate --names-from` has set a query for them: `platform_names` contains it. It
-- handles the `p_limit` people whose ids follow `p_after`, and looks up only these. Only one call runs at a time. Rows that need no change are
-- neither written nor locked, and a person whose row is locked is left to the next pass.
--
-- `next` is the last of these people, or null after the last person of all. `failed` is the error if the query fails, for example because the
-- platform has renamed a column; nothing is changed then. `skipped` is the number of people whose name or address cannot be used. A name or an
-- address that the query does not give, or that cannot be used, is kept as it is. `busy`: another call runs, or
-- another instance of the service with a lower id goes through the people, and this one has done nothing.
create or replace function support_follow_names(p_after uuid, p_limit integer, p_instance uuid default null, p_lately_ms bigint default 0)
returns table (next uuid, failed text, changed integer, skipped integer, busy boolean)
language plpgsql volatile security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
declare
  c_none constant uuid := '00000000-0000-0000-0000-000000000000';
  v_people uuid[];
  v_users uuid[];
  v_names text[];
  v_emails text[];
begin
  next := p_after;
  changed := 0;
  skipped := 0;
  busy := exists (select 1 from service_instances s
                  where s.id < p_instance and s.seen_at between clock_timestamp() - p_lately_ms * interval '1 millisecond' and clock_timestamp())
          or not pg_try_advisory_xact_lock(hashtextextended('support_follow_names', 0));
  if busy or to_regprocedure('{schema}.platform_names(uuid[])') is null then
    return next;
    return;
  end if;
  v_people := array(select p.id from people p where p.id > coalesce(p_after, c_none) order by p.id limit p_limit);
  begin
    -- A row of the query may be longer than anything that is used.
    select coalesce(array_agg(q.user_id), '{}'), array_agg(q.name), array_agg(q.email), count(*) filter (where q.is_bad)
    into v_users, v_names, v_emails, skipped
    from (
      select distinct on (n.user_id) n.user_id, l.name, l.email,
             (l.name is null and n.name ~ '[^ ]') or (l.email is null and n.email ~ '[^ ]') as is_bad
      from (select m.user_id, left(m.name, 1000) as name, left(m.email, 1000) as email from platform_names(v_people) m) n
      cross join lateral (select support_platform_line(n.name, 200) as name, support_platform_line(n.email, 320) as email) l
      where n.user_id = any (v_people)
      order by n.user_id, l.name, l.email
    ) q;
  exception when others then
    failed := sqlerrm;
    return next;
    return;
  end;
  next := v_people[p_limit];

  update people p
  set display_name = coalesce(d.name, p.display_name), email = coalesce(d.email, p.email)
  from (
    select y.id, q.name, q.email
    from unnest(v_users, v_names, v_emails) as q (id, name, email)
    join people y on y.id = q.id
    where (coalesce(q.name, y.display_name), coalesce(q.email, y.email)) is distinct from (y.display_name, y.email)
    order by y.id
    for no key update of y skip locked
  ) d
  where p.id = d.id;
  get diagnostics changed = row_count;

  insert into platform_people as f (person_id, gives_name, gives_email)
  select q.id, q.name is not null, q.email is not null
  from unnest(v_users, v_names, v_emails) as q (id, name, email)
  where not exists (
    select 1 from platform_people x
    where x.person_id = q.id and x.gives_name = (q.name is not null) and x.gives_email = (q.email is not null) and x.gone_since is null
  )
  order by q.id
  on conflict on constraint platform_people_pkey do update
  set gives_name = excluded.gives_name, gives_email = excluded.gives_email, gone_since = null;

  -- The platform has these people again.
  delete from erasure_proposals e where e.person_id = any (v_users);
  update platform_people f set gone_since = now()
  where f.person_id = any (v_people) and f.person_id <> all (v_users) and f.gone_since is null;
  return next;
end
$$;
grant execute on function support_follow_names(uuid, integer, uuid, bigint) to {service};
