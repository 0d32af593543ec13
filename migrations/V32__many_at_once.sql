-- A crowd that returns asks the record in batches: signing in, opening tickets and joining them, each many at once. What one call costs beside
-- its rows (the round trip, the start of the statement, for sign-ins the commit) is then shared.
-- Under traffic: new functions only; the ones for one at a time stay for instances of the release before. Safe.

set local role helpline_owner;

-- Fills in what the tokens say, and gives everybody's standing. Written is only what is news: a row that is locked for nothing makes a
-- commit of its own. Whoever is locked by somebody else steps aside, so that one of them does not hold up all; the next sign-in tries again.
-- Somebody new whom another transaction is just writing is waited for, but not for long: the service then asks for each alone.
create function support_sign_in_all(p_users uuid[], p_emails text[], p_names text[])
returns table (id uuid, display_name text, email text, role text, blocked boolean)
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
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

  return query select s.id, s.display_name, s.email, s.role, s.blocked from support_standing(p_users) s;
end
$$;

-- What a decision and a join need to know, of many tickets; missing ones are missing in the answer.
create function support_open_all(p_tickets uuid[])
returns table (id uuid, user_id uuid, status text, archived boolean, seq bigint, public_seq bigint)
language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
#variable_conflict use_column
begin
  return query
    select t.id, t.user_id, t.status, t.archived_at is not null, h.seq, h.public_seq
    from support_tickets t
    join support_ticket_heads h on h.ticket_id = t.id
    where t.id = any (p_tickets);
end
$$;

-- Where tickets stand, each for somebody who says on which side they read it: the heads, and everybody's read position as staff see them; a
-- ticket that nobody has read has one row without a person. Who may not read it so gets none. One snapshot: whoever has seen up to such a
-- head knows that there is nothing to read.
create function support_places(p_tickets uuid[], p_readers uuid[], p_audiences text[])
returns table (
  n bigint, ticket_id uuid, head bigint, public_head bigint, person_id uuid, side text, name text, seq bigint, public_seq bigint
)
language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
#variable_conflict use_column
begin
  return query
    select k.n, h.ticket_id, h.seq, h.public_seq, r.person_id, case when t.user_id = r.person_id then 'customer' else 'admin' end, p.display_name,
      r.seq, r.public_seq
    from unnest(p_tickets, p_readers, p_audiences) with ordinality as k (ticket_id, reader_id, audience, n)
    join support_ticket_heads h on h.ticket_id = k.ticket_id
    join support_tickets t on t.id = h.ticket_id
    left join support_read_positions r on r.ticket_id = h.ticket_id
    left join people p on p.id = r.person_id
    where case k.audience
            when 'customer' then t.user_id = k.reader_id
            else t.user_id <> k.reader_id and exists (select 1 from user_roles x where x.user_id = k.reader_id)
          end
      and not exists (select 1 from people b where b.id = k.reader_id and b.blocked_at is not null);
end
$$;

grant execute on function support_sign_in_all(uuid[], text[], text[]), support_open_all(uuid[]), support_places(uuid[], uuid[], text[]) to helpline_service;

reset role;
