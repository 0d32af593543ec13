-- A transaction number means something only in the cluster that gave it. A dump carries the numbers of its rows into a cluster whose counter
-- starts low again: there an old row looked like one that is still to come (every sweep read the whole history), and like one that the
-- present transaction wrote (an edit was answered with a message of another ticket). So each row says which cluster numbered it, and a
-- number is compared only with rows of the same one. The epoch tells one database from another in the same cluster.
-- Under traffic: the two added columns rewrite no table, but the index on the new pair is built while nothing is written (about a second a
-- million rows). Rows from before belong to no cluster: the epoch changes with this migration, so every reader starts over once.
-- `support_history` and `support_append` give more columns: instances of the build before must be restarted afterwards.

set local role helpline_owner;

-- Names the database that gives out transaction numbers now: a digest of the cluster's identifier and the database's oid, so that nothing
-- needs to be registered, and no long transaction can hold up the first writer after a restore. A drop and a restore give another oid.
create function helpline_cluster() returns bigint
language plpgsql stable parallel safe
set search_path = pg_catalog, public, pg_temp
as $$
begin
  return (
    select ('x' || substr(encode(sha256(int8send(s.system_identifier) || int8send(d.oid::bigint)), 'hex'), 1, 16))::bit(64)::bigint
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

create index support_ticket_activity_cluster_xid_idx on support_ticket_activity (cluster, xid);
drop index support_ticket_activity_xid_idx;

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

-- With the actor's name as customers were shown it, and the cluster, behind the columns that were there.
create or replace view support_history with (security_invoker = true) as
select a.ticket_id, a.seq, a.public_seq, a.created_at, a.kind, a.actor_id, a.actor_type, p.display_name as actor_name,
       a.old_value, a.new_value, a.public_old_value, a.public_new_value, a.description,
       a.message_id, m.sender_id, m.sender_type, m.body, m.is_internal, m.attachments, m.key,
       m.created_at as message_created_at, m.edited_at, m.redacted_at, a.xid, a.public_actor_name, a.cluster
from support_ticket_activity a
left join support_messages m on m.id = a.message_id
left join people p on p.id = a.actor_id;

drop function support_append(boolean, uuid[], uuid[], uuid[], text[], text[], boolean[], jsonb[], bigint[], inet[], text[]);

-- Answers: one row with `n` for each message of the batch (`code`: stored, duplicate, busy, or why it was refused; `message_id` leads to
-- its history row), then, without `n`, the history rows that the batch wrote and those of its duplicates.
-- Order of things: lock; look up keys in the next statement, on a snapshot younger than the lock; judge; insert only what is new.
-- Plans are pinned to index lookups, as in the messages' trigger, and made once per connection.
create function support_append(
  p_wait boolean, p_ids uuid[], p_tickets uuid[], p_senders uuid[], p_keys text[], p_bodies text[], p_internals boolean[],
  p_attachments jsonb[], p_based_ons bigint[], p_addresses inet[], p_user_agents text[]
) returns table (
  n integer, code text, head bigint, side text, message_id uuid,
  ticket_id uuid, seq bigint, public_seq bigint, created_at timestamptz, kind text, actor_id uuid, actor_type text, actor_name text,
  old_value text, new_value text, public_old_value text, public_new_value text, description text,
  row_message_id uuid, sender_id uuid, sender_type text, body text, is_internal boolean, attachments jsonb, key text,
  message_created_at timestamptz, edited_at timestamptz, redacted_at timestamptz, xid xid8, public_actor_name text
)
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
#variable_conflict use_column
declare
  v_count constant integer := cardinality(p_ids);
  v_at timestamptz;
  v_locked uuid[];
  v_busy uuid[] := '{}';
  v_codes text[];
  v_sides text[];
  v_messages uuid[];
  v_firsts integer[];
  v_known uuid[];
  v_doubtful boolean;
  v_cluster bigint;
begin
  if p_wait then
    perform 1 from support_tickets t where t.id = any (p_tickets) order by t.id for no key update;
  else
    select array_agg(l.id) into v_locked
    from (select t.id from support_tickets t where t.id = any (p_tickets) order by t.id for no key update skip locked) l;
    -- Locked by somebody else, or no such ticket: told apart below.
    select coalesce(array_agg(m.id), '{}') into v_busy
    from (select unnest(p_tickets) as id except select unnest(v_locked)) m;
  end if;

  select array_agg(j.code order by j.n), array_agg(j.side order by j.n), array_agg(coalesce(j.known_id, j.id) order by j.n),
         array_agg(j.first_n order by j.n), array_agg(j.known_id) filter (where j.known_id is not null),
         coalesce(bool_or(j.based_on is not null and j.nth > 1), false) or coalesce(bool_or(j.first_n <> j.n), false)
  into v_codes, v_sides, v_messages, v_firsts, v_known, v_doubtful
  from (
    select b.n::integer as n, b.id, b.based_on, b.nth, b.first_n::integer as first_n, k.id as known_id, s.side,
           case
             when t.id is null then 'not_found'
             when b.ticket_id = any (v_busy) then 'busy'
             when k.id is not null then
               case when k.key_digest <> support_digest(b.is_internal, b.body, b.attachments) then 'key_reused' else 'duplicate' end
             when p.blocked_at is not null then 'blocked'
             when s.side is null then 'not_found'
             when b.is_internal and s.side = 'customer' then 'forbidden'
             when t.archived_at is not null then 'ticket_archived'
             when t.status = 'closed' and not b.is_internal then 'ticket_closed'
             -- Coalesced, for a null would not keep the walk behind it from being made. Each walk goes up one index from `based_on`; the
             -- order says which, where the costs of two are alike.
             when coalesce(b.based_on < case s.side when 'staff' then h.seq else h.public_seq end, false)
                  and case s.side
                        when 'staff' then (
                          select true from support_ticket_activity a
                          where a.ticket_id = b.ticket_id and a.seq > b.based_on and a.actor_id is distinct from b.sender_id
                            and a.kind in ('message_added', 'internal_note_added')
                          order by a.ticket_id, a.seq limit 1)
                        else (
                          select true from support_ticket_activity a
                          where a.ticket_id = b.ticket_id and a.public_seq > b.based_on and a.actor_id is distinct from b.sender_id
                            and a.kind = 'message_added'
                          order by a.ticket_id, a.public_seq limit 1)
                      end then 'stale'
             else 'stored'
           end as code
    from (
      select u.*, row_number() over (partition by u.ticket_id order by u.n) as nth,
             min(u.n) over (partition by u.ticket_id, u.sender_id, u.key) as first_n
      from unnest(p_ids, p_tickets, p_senders, p_keys, p_bodies, p_internals, p_attachments, p_based_ons) with ordinality
        as u (id, ticket_id, sender_id, key, body, is_internal, attachments, based_on, n)
    ) b
    left join support_tickets t on t.id = b.ticket_id
    left join support_ticket_heads h on h.ticket_id = b.ticket_id
    left join support_messages k on k.ticket_id = b.ticket_id and k.sender_id = b.sender_id and k.key = b.key
    left join people p on p.id = b.sender_id
    cross join lateral (
      select case when t.user_id = b.sender_id then 'customer'
                  when exists (select 1 from user_roles r where r.user_id = b.sender_id) then 'staff' end
    ) s (side)
  ) j;

  -- Only a batch in which one ticket has several messages, one of them `based_on` or sent twice, needs to be walked in order.
  if v_doubtful then
    for i in 1..v_count loop
      if v_firsts[i] <> i and v_codes[i] in ('stored', 'stale') then
        -- The same key twice in one batch: the first one's fate, or a misuse of it.
        v_messages[i] := v_messages[v_firsts[i]];
        v_codes[i] := case
          when v_codes[v_firsts[i]] <> 'stored' then v_codes[v_firsts[i]]
          when support_digest(p_internals[i], p_bodies[i], p_attachments[i])
            = support_digest(p_internals[v_firsts[i]], p_bodies[v_firsts[i]], p_attachments[v_firsts[i]]) then 'duplicate'
          else 'key_reused' end;
      elsif v_codes[i] = 'stored' and p_based_ons[i] is not null then
        for j in 1..i - 1 loop
          if p_tickets[j] = p_tickets[i] and v_codes[j] = 'stored' and p_senders[j] <> p_senders[i]
             and (v_sides[i] = 'staff' or not p_internals[j]) then
            v_codes[i] := 'stale';
            exit;
          end if;
        end loop;
      end if;
    end loop;
  end if;

  v_at := clock_timestamp();
  insert into support_messages (id, ticket_id, sender_id, sender_type, body, is_internal, attachments, key, key_digest, ip_address,
    user_agent, created_at)
  select b.id, b.ticket_id, b.sender_id, case b.side when 'staff' then 'admin' else 'customer' end, b.body, b.is_internal, b.attachments,
         b.key, support_digest(b.is_internal, b.body, b.attachments), b.ip_address, b.user_agent, v_at
  from unnest(p_ids, p_tickets, p_senders, p_keys, p_bodies, p_internals, p_attachments, p_addresses, p_user_agents, v_codes, v_sides)
    as b (id, ticket_id, sender_id, key, body, is_internal, attachments, ip_address, user_agent, code, side)
  where b.code = 'stored';

  v_cluster := current_setting('helpline.cluster')::bigint;

  return query
    select o.n::integer, o.code,
           case when o.code = 'stale' then
             (select case o.side when 'staff' then h.seq else h.public_seq end from support_ticket_heads h where h.ticket_id = o.ticket_id) end,
           o.side, o.message_id,
           null::uuid, null::bigint, null::bigint, null::timestamptz, null::text, null::uuid, null::text, null::text, null::text, null::text,
           null::text, null::text, null::text, null::uuid, null::uuid, null::text, null::text, null::boolean, null::jsonb, null::text,
           null::timestamptz, null::timestamptz, null::timestamptz, null::xid8, null::text
    from unnest(v_codes, v_sides, v_messages, p_tickets) with ordinality as o (code, side, message_id, ticket_id, n);

  -- The whole call is one transaction of the gateway's, so its rows are those that bear its number, in its cluster; the trigger of the
  -- insert above has named that.
  return query
    select null::integer, null::text, null::bigint, null::text, null::uuid,
           r.ticket_id, r.seq, r.public_seq, r.created_at, r.kind, r.actor_id, r.actor_type, r.actor_name, r.old_value, r.new_value,
           r.public_old_value, r.public_new_value, r.description, r.message_id, r.sender_id, r.sender_type, r.body, r.is_internal,
           r.attachments, r.key, r.message_created_at, r.edited_at, r.redacted_at, r.xid, r.public_actor_name
    from support_history r
    where r.cluster = v_cluster and r.xid = pg_current_xact_id();

  if v_known is not null then
    return query
      select null::integer, null::text, null::bigint, null::text, null::uuid,
             r.ticket_id, r.seq, r.public_seq, r.created_at, r.kind, r.actor_id, r.actor_type, r.actor_name, r.old_value, r.new_value,
             r.public_old_value, r.public_new_value, r.description, r.message_id, r.sender_id, r.sender_type, r.body, r.is_internal,
             r.attachments, r.key, r.message_created_at, r.edited_at, r.redacted_at, r.xid, r.public_actor_name
      from support_messages k
      cross join lateral (
        -- A retry comes soon, so its row is near the end.
        select x.* from support_history x
        where x.ticket_id = k.ticket_id and x.message_id = k.id and x.kind in ('message_added', 'internal_note_added')
        order by x.seq desc
        limit 1
      ) r
      where k.id = any (v_known);
  end if;
end
$$;

grant execute on function support_append(boolean, uuid[], uuid[], uuid[], text[], text[], boolean[], jsonb[], bigint[], inet[], text[])
  to helpline_service;

create or replace function support_rows_written() returns setof support_history
language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
#variable_conflict use_column
declare
  v_cluster constant bigint := helpline_cluster();
begin
  return query
    select r.* from support_history r
    where r.cluster = v_cluster and r.xid = pg_current_xact_id_if_assigned()
    order by r.ticket_id, r.seq;
end
$$;

-- The upper bound says nothing new in a cluster whose counter only rises; it is there for one that was set back by hand.
create or replace function support_sweep(p_since text) returns table (snapshot text, epoch text, tickets uuid[], seqs bigint[])
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
#variable_conflict use_column
declare
  v_cluster constant bigint := helpline_cluster();
begin
  return query
    with moved as (
      select f.ticket_id, max(f.seq) as seq
      from (
        select a.ticket_id, a.seq from support_ticket_activity a
        where a.cluster = v_cluster and a.xid >= pg_snapshot_xmax(p_since::pg_snapshot) and a.xid < pg_snapshot_xmax(pg_current_snapshot())
        union all
        select a.ticket_id, a.seq from support_ticket_activity a
        where a.cluster = v_cluster and a.xid = any (array(select pg_snapshot_xip(p_since::pg_snapshot)))
      ) f
      group by f.ticket_id
    )
    select pg_current_snapshot()::text, helpline_epoch(), coalesce(array_agg(m.ticket_id), '{}'), coalesce(array_agg(m.seq), '{}')
    from moved m;
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
