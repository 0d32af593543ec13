-- Like `support_sign_in_all`, but some of the people are identified by token issuer and subject; their entry in `p_users` is null. `place` in the
-- result is the person's index in the arguments. A subject's row in `people_subjects` is created at the first sign-in; an existing row is kept.
create or replace function support_sign_in_subjects(
  p_users uuid[], p_issuers text[], p_subjects text[], p_emails text[], p_names text[]
)
returns table (id uuid, display_name text, email text, role text, blocked boolean, public_name text, place bigint)
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
declare
  v_users uuid[];
begin
  -- Insert in the order of the primary key, and before any row of `people`, so that two instances never deadlock. If another instance is inserting a
  -- row with one of these keys, the insert waits, and the next statement reads that row.
  insert into people_subjects as k (issuer, subject, person)
  select distinct on (u.issuer collate "C", u.subject collate "C") u.issuer, u.subject, support_subject_person(u.issuer, u.subject)
  from unnest(p_users, p_issuers, p_subjects) as u (id, issuer, subject)
  where u.id is null and not exists (select 1 from people_subjects x where x.issuer = u.issuer and x.subject = u.subject)
  order by u.issuer collate "C", u.subject collate "C"
  on conflict on constraint people_subjects_pkey do nothing;

  v_users := array(
    select coalesce(u.id, (select x.person from people_subjects x where x.issuer = u.issuer and x.subject = u.subject))
    from unnest(p_users, p_issuers, p_subjects) with ordinality as u (id, issuer, subject, place)
    order by u.place
  );
  if array_position(v_users, null) is not null then
    raise exception 'a subject was deleted while it signed in' using errcode = 'serialization_failure';
  end if;

  return query
    select s.id, s.display_name, s.email, s.role, s.blocked, s.public_name, u.place
    from unnest(v_users) with ordinality as u (id, place)
    join (select distinct on (a.id) a.* from support_sign_in_all(v_users, p_emails, p_names) a order by a.id) s on s.id = u.id;
end
$$;
grant execute on function support_sign_in_subjects(uuid[], text[], text[], text[], text[]) to {service};
