-- The functions of the hot path keep their plans. A function in SQL that is not inlined (a definer, or one with settings of its own) is parsed
-- and planned at every call, which took ten times as long as running it: opening a ticket 2.25 ms, as PL/pgSQL with a kept plan 0.35 ms; the
-- sweep 2.4 and 0.23 ms. The plans are generic, and must be index lookups whatever the statistics: a plan made while a table is young
-- would otherwise read it from end to end for as long as its connection lives.
-- Under traffic: functions are replaced, with the same arguments and results; safe.

set local role helpline_owner;

-- Asked by every policy, once a query.
create or replace function support_current_user_id() returns uuid
language plpgsql stable parallel safe
set search_path = pg_catalog, public, pg_temp
as $$
begin
  return nullif(nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub', '')::uuid;
end
$$;

create or replace function support_is_staff() returns boolean
language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
  return support_current_role() is not null;
end
$$;

create or replace function support_current_address() returns inet
language plpgsql stable parallel safe
set search_path = pg_catalog, public, pg_temp
as $$
begin
  return nullif(current_setting('helpline.address', true), '')::inet;
end
$$;

create or replace function support_current_user_agent() returns text
language plpgsql stable parallel safe
set search_path = pg_catalog, public, pg_temp
as $$
begin
  return nullif(current_setting('helpline.user_agent', true), '');
end
$$;

create or replace function support_current_role() returns text
language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
begin
  return (
    select min(r.role)
    from user_roles r
    where r.user_id = (select support_current_user_id())
      and not exists (select 1 from people p where p.id = r.user_id and p.blocked_at is not null)
  );
end
$$;

create or replace function support_is_blocked() returns boolean
language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
begin
  return (
    select exists (select 1 from people p where p.id = (select support_current_user_id()) and p.blocked_at is not null)
  );
end
$$;

-- Asked by the service.
create or replace function helpline_epoch() returns text
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
set plan_cache_mode = force_generic_plan
as $$
begin
  return (
    select to_hex(s.system_identifier) || '-' || to_hex(('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::bigint) || '-' || r.restores
    from pg_control_system() s, helpline_restores r
  );
end
$$;

create or replace function support_rows_after(p_tickets uuid[], p_after bigint[], p_limit integer) returns setof support_history
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
    select r.*
    from unnest(p_tickets, p_after) as b (ticket_id, after)
    cross join lateral (
      select x.* from support_history x where x.ticket_id = b.ticket_id and x.seq > b.after order by x.seq limit p_limit
    ) r
    order by r.ticket_id, r.seq;
end
$$;

create or replace function support_rows_written() returns setof support_history
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
    select r.* from support_history r where r.xid = pg_current_xact_id_if_assigned() order by r.ticket_id, r.seq;
end
$$;

create or replace function support_heads(p_tickets uuid[]) returns table (ticket_id uuid, seq bigint, public_seq bigint)
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
    select h.ticket_id, h.seq, h.public_seq from support_ticket_heads h where h.ticket_id = any (p_tickets);
end
$$;

create or replace function support_open(p_id uuid, p_number text)
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
    where t.id = p_id
    union all
    select t.id, t.user_id, t.status, t.archived_at is not null, h.seq, h.public_seq
    from support_tickets t
    join support_ticket_heads h on h.ticket_id = t.id
    where t.ticket_number = p_number;
end
$$;

create or replace function support_sweep(p_since text) returns table (snapshot text, epoch text, tickets uuid[], seqs bigint[])
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
#variable_conflict use_column
begin
  return query
    with moved as (
      select f.ticket_id, max(f.seq) as seq
      from (
        select a.ticket_id, a.seq from support_ticket_activity a where a.xid >= pg_snapshot_xmax(p_since::pg_snapshot)
        union all
        select a.ticket_id, a.seq from support_ticket_activity a where a.xid = any (array(select pg_snapshot_xip(p_since::pg_snapshot)))
      ) f
      group by f.ticket_id
    )
    select pg_current_snapshot()::text, helpline_epoch(), coalesce(array_agg(m.ticket_id), '{}'), coalesce(array_agg(m.seq), '{}')
    from moved m;
end
$$;

create or replace function support_standing(p_users uuid[])
returns table (id uuid, display_name text, email text, role text, blocked boolean)
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
    select u.id, p.display_name, p.email, (select min(r.role) from user_roles r where r.user_id = u.id), p.blocked_at is not null
    from unnest(p_users) as u (id)
    left join people p on p.id = u.id;
end
$$;

create or replace function support_reads_of_ticket(p_ticket uuid)
returns table (ticket_id uuid, person_id uuid, side text, name text, seq bigint, public_seq bigint)
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
    select r.ticket_id, r.person_id, case when t.user_id = r.person_id then 'customer' else 'admin' end, p.display_name, r.seq, r.public_seq
    from support_read_positions r
    join support_tickets t on t.id = r.ticket_id
    left join people p on p.id = r.person_id
    where r.ticket_id = p_ticket;
end
$$;

create or replace function support_mark_read(p_tickets uuid[], p_people uuid[], p_audiences text[], p_seqs bigint[])
returns table (ticket_id uuid, person_id uuid, side text, name text, seq bigint, public_seq bigint)
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
#variable_conflict use_column
begin
  return query
    with marks as (
      select m.ticket_id, m.person_id, least(m.seq, case m.audience when 'staff' then h.seq else h.public_seq end) as seq, m.audience
      from unnest(p_tickets, p_people, p_audiences, p_seqs) as m (ticket_id, person_id, audience, seq)
      join support_tickets t on t.id = m.ticket_id
      join support_ticket_heads h on h.ticket_id = m.ticket_id
      where case m.audience
              when 'customer' then t.user_id = m.person_id
              else t.user_id <> m.person_id and exists (select 1 from user_roles r where r.user_id = m.person_id)
            end
    ), places as (
      select m.ticket_id, m.person_id, coalesce(a.seq, 0) as seq, coalesce(a.public_seq, 0) as public_seq
      from marks m
      left join lateral (
        -- Staff: the last public row up to here. A customer: the row that bears the number.
        select case m.audience when 'staff' then m.seq else x.seq end as seq, x.public_seq
        from (
          (select s.seq, s.public_seq from support_ticket_activity s
           where m.audience = 'staff' and s.ticket_id = m.ticket_id and s.seq <= m.seq and s.public_seq is not null
           order by s.seq desc limit 1)
          union all
          (select c.seq, c.public_seq from support_ticket_activity c
           where m.audience <> 'staff' and c.ticket_id = m.ticket_id and c.public_seq = m.seq)
        ) x
      ) a on true
      where m.seq > 0
    ), moved as (
      insert into support_read_positions as r (ticket_id, person_id, seq, public_seq)
      select p.ticket_id, p.person_id, p.seq, p.public_seq from places p where p.seq > 0 order by p.ticket_id, p.person_id
      on conflict on constraint support_read_positions_pkey do update
      set seq = excluded.seq, public_seq = excluded.public_seq, updated_at = now()
      where r.seq < excluded.seq
      returning r.ticket_id, r.person_id, r.seq, r.public_seq
    )
    select m.ticket_id, m.person_id, case when t.user_id = m.person_id then 'customer' else 'admin' end, p.display_name, m.seq,
      -- None moved there: a customer must not learn that somebody has read a note. This statement still sees the row as it was.
      case when m.public_seq > coalesce(old.public_seq, 0) then m.public_seq else 0 end
    from moved m
    left join support_read_positions old on old.ticket_id = m.ticket_id and old.person_id = m.person_id
    join support_tickets t on t.id = m.ticket_id
    left join people p on p.id = m.person_id;
end
$$;

create or replace function support_record_access(
  p_users uuid[], p_actions text[], p_tickets uuid[], p_refused text[], p_addresses inet[], p_user_agents text[], p_details jsonb[]
) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
begin
  insert into access_log (user_id, action, ticket_id, refused, ip_address, user_agent, detail)
  select e.user_id, e.action, e.ticket_id, e.refused, e.ip_address, e.user_agent, e.detail
  from unnest(p_users, p_actions, p_tickets, p_refused, p_addresses, p_user_agents, p_details) with ordinality
    as e (user_id, action, ticket_id, refused, ip_address, user_agent, detail, n)
  order by e.n;
end
$$;

create or replace function support_summaries(p_tickets uuid[]) returns setof support_tickets_for_staff
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
    select t.* from support_tickets_for_staff t where t.id = any (p_tickets);
end
$$;

create or replace function support_note_seen(p_users uuid[], p_older_than_ms bigint) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
begin
  update people p set last_seen_at = now()
  from (
    select x.id from people x
    where x.id = any (p_users) and (x.last_seen_at is null or x.last_seen_at < now() - p_older_than_ms * interval '1 millisecond')
    order by x.id
    for no key update skip locked
  ) d
  where p.id = d.id;
end
$$;

reset role;
