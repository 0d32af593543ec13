-- A transaction number means something only in the cluster that gave it. A dump carries the numbers of its rows into a cluster whose counter
-- starts low again: there an old row looked like one that is still to come (every sweep read the whole history), and like one that the
-- present transaction wrote (an edit was answered with a message of another ticket). So each row says which cluster numbered it, and a
-- number is compared only with rows of the same one. The epoch tells one database from another in the same cluster.
-- Under traffic: the added columns rewrite no table. Both tables are locked for a moment; the lock is waited for 0.2 s at a time and then let
-- go, so no statement queues behind it for longer. The index on the new pair is a later migration's. Rows from before belong to no cluster:
-- the epoch changes with this migration, so every reader starts over once.

set local role helpline_owner;
set local lock_timeout = '200ms';

do $$
begin
  for i in 1..150 loop
    begin
      lock table support_ticket_activity, access_log in access exclusive mode;
      return;
    exception when lock_not_available or deadlock_detected then
      perform pg_sleep(0.1);
    end;
  end loop;
  raise exception 'the tables were in use for half a minute without a pause: end the long transactions (pg_stat_activity), then migrate again';
end
$$;

-- Names the history that gives out numbers now: a digest of the cluster's identifier, the database's oid and the table's, so that nothing
-- needs to be registered, and no long transaction can hold up the first writer after a restore. Each restore makes another table. Reading
-- the identifier reads a file: 40 microseconds, so it is asked once a statement and not once a row.
create function helpline_cluster() returns bigint
language plpgsql stable parallel safe
set search_path = pg_catalog, public, pg_temp
as $$
begin
  return (
    select ('x' || substr(encode(sha256(int8send(s.system_identifier) || int8send(d.oid::bigint)
                                      || int8send(to_regclass('support_ticket_activity')::oid::bigint)), 'hex'), 1, 16))::bit(64)::bigint
    from pg_control_system() s, pg_database d
    where d.datname = current_database()
  );
end
$$;

-- 0: before rows said it. No digest is 0 but by a chance of one in 2^64.
alter table support_ticket_activity add column cluster bigint not null default 0;
alter table support_ticket_activity alter column cluster set default helpline_cluster();
alter table access_log add column cluster bigint not null default 0;
alter table access_log alter column cluster set default helpline_cluster();

-- Which history the numbers belong to: cluster, database, the history's table (a restore into the same database makes it anew), timeline,
-- restores. A copy of the data directory has all of them; only its timeline or the counter of restores can tell it apart.
create or replace function helpline_epoch() returns text
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
set plan_cache_mode = force_generic_plan
as $$
begin
  return (
    select concat_ws('-', to_hex(s.system_identifier), to_hex(d.oid::bigint), to_hex(to_regclass('support_ticket_activity')::oid::bigint),
                     to_hex(('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::bigint), r.restores)
    from pg_control_system() s, pg_database d, helpline_restores r
    where d.datname = current_database()
  );
end
$$;

-- Raises the counter of restores when an instance can prove that the database went back in time under it: the instance has seen a snapshot
-- that lies in this database's future, or handed on a row of a ticket whose history ends before it. Gives the epoch: the raised one, or the
-- one that another instance has just raised.
create function helpline_note_rollback(p_epoch text, p_snapshot text, p_ticket uuid, p_seq bigint) returns text
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
  perform 1 from helpline_restores r for update;
  if helpline_epoch() = p_epoch
     and (pg_snapshot_xmax(p_snapshot::pg_snapshot) > pg_snapshot_xmax(pg_current_snapshot())
          or exists (select 1 from support_ticket_heads h where h.ticket_id = p_ticket and h.seq < p_seq)) then
    perform helpline_note_restore();
  end if;
  return helpline_epoch();
end
$$;
grant execute on function helpline_note_rollback(text, text, uuid, bigint) to helpline_service;

-- Appends rows to histories, in the order given. Off the hot path: everything but new messages goes through here.
-- The lock is one statement and the numbering the next, so that the numbering's snapshot is younger than the lock.
create or replace function support_write_history(
  p_tickets uuid[], p_kinds text[], p_actors uuid[], p_actor_types text[], p_old_values text[], p_new_values text[],
  p_public_old_values text[], p_public_new_values text[], p_descriptions text[], p_messages uuid[], p_metadata jsonb[]
) returns void
language plpgsql
set search_path = pg_catalog, public, pg_temp
set plan_cache_mode = force_custom_plan
as $$
declare
  v_at constant timestamptz := clock_timestamp();
  v_cluster constant bigint := helpline_cluster();
  v_written bigint;
begin
  perform 1 from support_tickets t where t.id = any (p_tickets) order by t.id for no key update;

  with entries as (
    select e.*, k.is_public,
           row_number() over w as nth,
           count(*) filter (where k.is_public) over w as public_nth
    from unnest(p_tickets, p_kinds, p_actors, p_actor_types, p_old_values, p_new_values, p_public_old_values, p_public_new_values,
                p_descriptions, p_messages, p_metadata)
         with ordinality as e (ticket_id, kind, actor_id, actor_type, old_value, new_value, public_old_value, public_new_value,
                               description, message_id, metadata, n)
    join support_activity_kinds k on k.kind = e.kind
    window w as (partition by e.ticket_id order by e.n rows unbounded preceding)
  ), numbered as (
    select e.*, h.seq + e.nth as seq, h.public_seq + e.public_nth as place
    from entries e
    join support_ticket_heads h on h.ticket_id = e.ticket_id
  ), bumped as (
    update support_ticket_heads h
    set seq = g.seq, public_seq = g.public_seq, last_activity_at = greatest(h.last_activity_at, v_at),
        public_last_activity_at = case when g.any_public then greatest(h.public_last_activity_at, v_at) else h.public_last_activity_at end
    from (select n.ticket_id, max(n.seq) as seq, max(n.place) as public_seq, bool_or(n.is_public) as any_public
          from numbered n group by n.ticket_id) g
    where h.ticket_id = g.ticket_id
  )
  insert into support_ticket_activity (ticket_id, seq, public_seq, kind, actor_id, actor_type, public_actor_name, old_value, new_value,
    public_old_value, public_new_value, description, message_id, ip_address, user_agent, metadata, cluster, created_at)
  select n.ticket_id, n.seq, case when n.is_public then n.place end, n.kind, n.actor_id, n.actor_type,
         case n.actor_type when 'customer' then p.display_name when 'admin' then p.first_name end,
         n.old_value, n.new_value, n.public_old_value, n.public_new_value, n.description, n.message_id,
         support_current_address(), support_current_user_agent(), coalesce(n.metadata, '{}'), v_cluster, v_at
  from numbered n
  left join people p on p.id = n.actor_id;

  get diagnostics v_written = row_count;
  if v_written <> cardinality(p_tickets) then
    raise exception 'a ticket without a head, or an unknown kind: % of % rows numbered', v_written, cardinality(p_tickets);
  end if;
end
$$;

create or replace function support_tickets_log_inserted() returns trigger
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
  v_user constant uuid := support_current_user_id();
  v_cluster constant bigint := helpline_cluster();
begin
  insert into support_ticket_heads (ticket_id, seq, public_seq, last_activity_at, public_last_activity_at, is_over)
  select i.id, 1, 1, i.created_at, i.created_at, support_is_over(i.status) from inserted i;

  insert into support_ticket_activity (ticket_id, seq, public_seq, kind, actor_id, actor_type, public_actor_name, ip_address, user_agent,
    cluster, created_at)
  select i.id, 1, 1, 'created', v_user, a.actor_type,
         case a.actor_type when 'customer' then p.display_name when 'admin' then p.first_name end, i.ip_address, i.user_agent,
         v_cluster, i.created_at
  from inserted i
  cross join lateral (select case when v_user is null then 'system' when v_user = i.user_id then 'customer' else 'admin' end) a (actor_type)
  left join people p on p.id = v_user;
  return null;
end
$$;

-- The plans are pinned to index lookups: with the default settings a plan cached while the tables were young stays a sequential scan
-- until autovacuum has looked, and a young desk under load pays for it.
create or replace function support_messages_log_inserted() returns trigger
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  v_user constant uuid := support_current_user_id();
  v_cluster constant bigint := helpline_cluster();
  v_special boolean;
  v_refusal text;
  v_total bigint;
  v_logged bigint := 0;
  v_rows bigint;
  v_now uuid[];
  v_done uuid[] := '{}';
  v_moved uuid[];
  v_to text[];
  v_movers jsonb;
begin
  -- For `support_append`, which reads back what was written here: asking again would cost as much as numbering a message.
  perform set_config('helpline.cluster', v_cluster::text, true);
  perform 1 from support_tickets t where t.id in (select i.ticket_id from inserted i) order by t.id for no key update;

  -- The fast path's one question: does any of these messages change its ticket, or come to one that takes none?
  select count(*), coalesce(bool_or(m.to_status is not null or (i.sender_type = 'admin' and not i.is_internal and t.first_response_at is null)), false),
         min(case when v_user is null then null when t.archived_at is not null then 'ticket_archived'
                  when t.status = 'closed' and not i.is_internal then 'ticket_closed' end)
  into v_total, v_special, v_refusal
  from inserted i
  join support_tickets t on t.id = i.ticket_id
  left join support_message_moves m on m.sender_type = i.sender_type and m.from_status = t.status and not i.is_internal;

  if v_refusal is not null then
    perform support_refuse(v_refusal);
  end if;
  if v_special then
    update support_tickets t
    set first_response_at = f.at
    from (select i.ticket_id, min(i.created_at) as at from inserted i where i.sender_type = 'admin' and not i.is_internal group by i.ticket_id) f
    where t.id = f.ticket_id and t.first_response_at is null;
  end if;

  loop
    if v_special then
      -- Of each ticket, the messages up to the first that moves it from where it stands now.
      select array_agg(c.id) filter (where c.n <= coalesce(c.cut, c.n)),
             array_agg(c.ticket_id order by c.ticket_id) filter (where c.n = c.cut),
             array_agg(c.to_status order by c.ticket_id) filter (where c.n = c.cut),
             jsonb_object_agg(c.ticket_id, jsonb_build_object('id', c.sender_id, 'type', c.sender_type)) filter (where c.n = c.cut)
      into v_now, v_moved, v_to, v_movers
      from (
        select o.*, min(o.n) filter (where o.to_status is not null) over (partition by o.ticket_id) as cut
        from (
          select i.id, i.ticket_id, i.sender_id, i.sender_type, m.to_status,
                 row_number() over (partition by i.ticket_id order by i.created_at, i.id) as n
          from inserted i
          join support_tickets t on t.id = i.ticket_id
          left join support_message_moves m on m.sender_type = i.sender_type and m.from_status = t.status and not i.is_internal
          where i.id <> all (v_done)
        ) o
      ) c;
    end if;

    with numbered as (
      select i.id, i.ticket_id, i.sender_id, i.sender_type, i.is_internal, i.ip_address, i.user_agent, i.created_at,
             h.seq + row_number() over w as seq,
             h.public_seq + count(*) filter (where not i.is_internal) over w as place,
             case i.sender_type when 'customer' then p.display_name when 'admin' then p.first_name end as name
      from inserted i
      join support_ticket_heads h on h.ticket_id = i.ticket_id
      left join people p on p.id = i.sender_id
      where v_now is null or i.id = any (v_now)
      window w as (partition by i.ticket_id order by i.created_at, i.id rows unbounded preceding)
    ), bumped as (
      update support_ticket_heads h
      set seq = g.seq, public_seq = g.public_seq, last_activity_at = greatest(h.last_activity_at, g.at),
          public_last_activity_at = greatest(h.public_last_activity_at, g.public_at)
      from (select n.ticket_id, max(n.seq) as seq, max(n.place) as public_seq, max(n.created_at) as at,
                   max(n.created_at) filter (where not n.is_internal) as public_at
            from numbered n group by n.ticket_id) g
      where h.ticket_id = g.ticket_id
    )
    insert into support_ticket_activity (ticket_id, seq, public_seq, kind, actor_id, actor_type, public_actor_name, message_id,
      ip_address, user_agent, cluster, created_at)
    select n.ticket_id, n.seq, case when not n.is_internal then n.place end,
           case when n.is_internal then 'internal_note_added' else 'message_added' end,
           n.sender_id, n.sender_type, n.name, n.id, n.ip_address, n.user_agent, v_cluster, n.created_at
    from numbered n;
    get diagnostics v_rows = row_count;
    v_logged := v_logged + v_rows;

    exit when not v_special or v_moved is null;

    -- The tickets' own trigger logs the move, behind the message that made it.
    perform set_config('helpline.movers', v_movers::text, true);
    update support_tickets t set status = m.to_status from unnest(v_moved, v_to) as m (ticket_id, to_status) where t.id = m.ticket_id;
    perform set_config('helpline.movers', '', true);
    v_done := v_done || v_now;
    exit when cardinality(v_done) >= v_total;
  end loop;

  if v_logged <> v_total then
    raise exception 'a ticket without a head: % of % messages numbered', v_logged, v_total;
  end if;
  return null;
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
declare
  v_cluster constant bigint := helpline_cluster();
begin
  insert into access_log (user_id, action, ticket_id, refused, ip_address, user_agent, detail, cluster)
  select e.user_id, e.action, e.ticket_id, e.refused, e.ip_address, e.user_agent, e.detail, v_cluster
  from unnest(p_users, p_actions, p_tickets, p_refused, p_addresses, p_user_agents, p_details) with ordinality
    as e (user_id, action, ticket_id, refused, ip_address, user_agent, detail, n)
  order by e.n;
end
$$;

reset role;
