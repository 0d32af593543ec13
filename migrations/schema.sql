-- The sum of the migrations, held equal to it by a test. Written by:
-- cargo test -p helpline-persistence -- --ignored write_schema_sql
--
-- PostgreSQL database dump
--



SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: pg_trgm; Type: EXTENSION; Schema: -; Owner: -
--

CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;


--
-- Name: EXTENSION pg_trgm; Type: COMMENT; Schema: -; Owner: 
--

COMMENT ON EXTENSION pg_trgm IS 'text similarity measurement and index searching based on trigrams';


--
-- Name: archive_old_tickets(timestamp with time zone, integer); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.archive_old_tickets(p_now timestamp with time zone DEFAULT now(), p_limit integer DEFAULT 10000) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
declare
  v_numbers text[];
begin
  with due as (
    select t.id from support_tickets t
    where t.archived_at is null and not t.legal_hold and t.status in ('resolved', 'closed')
      and coalesce(t.closed_at, t.resolved_at) < p_now - interval '6 months'
    order by t.id
    limit p_limit
    for no key update skip locked
  ), archived as (
    update support_tickets t set archived_at = p_now from due d where t.id = d.id returning t.ticket_number
  )
  select array_agg(a.ticket_number) into v_numbers from archived a;
  if v_numbers is not null then
    insert into access_log (user_id, action, detail)
    values (support_current_user_id(), 'tickets_archived', jsonb_build_object('tickets', v_numbers, 'clock', p_now));
  end if;
  return coalesce(cardinality(v_numbers), 0);
end
$$;


ALTER FUNCTION public.archive_old_tickets(p_now timestamp with time zone, p_limit integer) OWNER TO helpline_owner;

--
-- Name: assign_ticket(uuid, uuid); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.assign_ticket(p_ticket_id uuid, p_assigned_to uuid) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
  select support_change_ticket(p_ticket_id, null, null, null, true, p_assigned_to)
$$;


ALTER FUNCTION public.assign_ticket(p_ticket_id uuid, p_assigned_to uuid) OWNER TO helpline_owner;

--
-- Name: delete_old_archived_tickets(timestamp with time zone, integer); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.delete_old_archived_tickets(p_now timestamp with time zone DEFAULT now(), p_limit integer DEFAULT 1000) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
declare
  v_tickets uuid[];
  v_numbers text[];
begin
  select array_agg(d.id), array_agg(d.ticket_number) into v_tickets, v_numbers
  from (
    select t.id, t.ticket_number from support_tickets t
    where t.archived_at < p_now - interval '2 years' and not t.legal_hold
    order by t.id
    limit p_limit
    for update skip locked
  ) d;
  if v_tickets is not null then
    -- The history goes with its ticket, by the foreign keys' cascade; nobody else passes this door.
    perform set_config('helpline.append_only_door', 'open', true);
    delete from support_tickets t where t.id = any (v_tickets);
    perform set_config('helpline.append_only_door', '', true);
    insert into access_log (user_id, action, detail)
    values (support_current_user_id(), 'tickets_deleted', jsonb_build_object('tickets', v_numbers, 'clock', p_now));
  end if;
  return coalesce(cardinality(v_numbers), 0);
end
$$;


ALTER FUNCTION public.delete_old_archived_tickets(p_now timestamp with time zone, p_limit integer) OWNER TO helpline_owner;

--
-- Name: helpline_cluster(); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.helpline_cluster() RETURNS bigint
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
begin
  return (
    select ('x' || substr(encode(sha256(int8send(s.system_identifier) || int8send(d.oid::bigint)
                                      || int8send(to_regclass('support_ticket_activity')::oid::bigint)), 'hex'), 1, 16))::bit(64)::bigint
    from pg_control_system() s, pg_database d
    where d.datname = current_database()
  );
end
$$;


ALTER FUNCTION public.helpline_cluster() OWNER TO helpline_owner;

--
-- Name: helpline_epoch(); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.helpline_epoch() RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
begin
  return (
    select concat_ws('-', to_hex(s.system_identifier), to_hex(d.oid::bigint), to_hex(to_regclass('support_ticket_activity')::oid::bigint),
                     to_hex(('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::bigint), r.restores)
    from pg_control_system() s, pg_database d, helpline_restores r
    where d.datname = current_database()
  );
end
$$;


ALTER FUNCTION public.helpline_epoch() OWNER TO helpline_owner;

--
-- Name: helpline_note_restore(); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.helpline_note_restore() RETURNS bigint
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
  update helpline_restores set restores = restores + 1 returning restores
$$;


ALTER FUNCTION public.helpline_note_restore() OWNER TO helpline_owner;

--
-- Name: helpline_note_rollback(text, text, uuid, bigint); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.helpline_note_rollback(p_epoch text, p_snapshot text, p_ticket uuid, p_seq bigint) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
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


ALTER FUNCTION public.helpline_note_rollback(p_epoch text, p_snapshot text, p_ticket uuid, p_seq bigint) OWNER TO helpline_owner;

--
-- Name: helpline_schema_version(); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.helpline_schema_version() RETURNS integer
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
begin
  return (select max(m.version) from helpline_migrations m);
end
$$;


ALTER FUNCTION public.helpline_schema_version() OWNER TO helpline_owner;

--
-- Name: log_ticket_activity(uuid, text, text, text, text, jsonb); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.log_ticket_activity(p_ticket_id uuid, p_activity_type text, p_old_value text DEFAULT NULL::text, p_new_value text DEFAULT NULL::text, p_description text DEFAULT NULL::text, p_metadata jsonb DEFAULT '{}'::jsonb) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
declare
  v_user constant uuid := support_require_user();
begin
  if not exists (select 1 from support_tickets t
                 where t.id = p_ticket_id and (v_user is null or (t.user_id <> v_user and support_current_role() is not null))) then
    perform support_refuse('not_found');
  end if;
  perform support_write_history(
    array[p_ticket_id], array['logged'], array[v_user], array[case when v_user is null then 'system' else 'admin' end],
    array[p_old_value], array[p_new_value], array[null::text], array[null::text], array[coalesce(p_description, p_activity_type)],
    array[null::uuid], array[coalesce(p_metadata, '{}') || jsonb_build_object('activity_type', p_activity_type)]);
end
$$;


ALTER FUNCTION public.log_ticket_activity(p_ticket_id uuid, p_activity_type text, p_old_value text, p_new_value text, p_description text, p_metadata jsonb) OWNER TO helpline_owner;

--
-- Name: people_block_recorded(); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.people_block_recorded() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
begin
  insert into access_log (user_id, action, ip_address, user_agent, detail)
  values (support_current_user_id(), case when new.blocked_at is null then 'person_unblocked' else 'person_blocked' end,
          support_current_address(), support_current_user_agent(), jsonb_build_object('user', new.id));
  return null;
end
$$;


ALTER FUNCTION public.people_block_recorded() OWNER TO helpline_owner;

--
-- Name: people_changed(); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.people_changed() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
begin
  if tg_op = 'INSERT' or new.email is distinct from old.email then
    update support_tickets t set customer_email = new.email
    where t.id in (select x.id from support_tickets x where x.user_id = new.id and x.customer_email is distinct from new.email
                   order by x.id for no key update skip locked);
  end if;
  if tg_op = 'INSERT' or new.first_name is distinct from old.first_name then
    update support_tickets t set assignee_name = new.first_name
    where t.id in (select x.id from support_tickets x where x.assigned_to = new.id and x.archived_at is null
                   and x.assignee_name is distinct from new.first_name order by x.id for no key update skip locked);
  end if;
  return null;
end
$$;


ALTER FUNCTION public.people_changed() OWNER TO helpline_owner;

--
-- Name: support_append(boolean, uuid[], uuid[], uuid[], text[], text[], boolean[], jsonb[], bigint[], inet[], text[]); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.support_append(p_wait boolean, p_ids uuid[], p_tickets uuid[], p_senders uuid[], p_keys text[], p_bodies text[], p_internals boolean[], p_attachments jsonb[], p_based_ons bigint[], p_addresses inet[], p_user_agents text[]) RETURNS TABLE(n integer, code text, head bigint, side text, message_id uuid, ticket_id uuid, seq bigint, public_seq bigint, created_at timestamp with time zone, kind text, actor_id uuid, actor_type text, actor_name text, old_value text, new_value text, public_old_value text, public_new_value text, description text, row_message_id uuid, sender_id uuid, sender_type text, body text, is_internal boolean, attachments jsonb, key text, message_created_at timestamp with time zone, edited_at timestamp with time zone, redacted_at timestamp with time zone)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
#variable_conflict use_column
begin
  return query
    select a.n, a.code, a.head, a.side, a.message_id, a.ticket_id, a.seq, a.public_seq, a.created_at, a.kind, a.actor_id,
           a.actor_type, a.actor_name, a.old_value, a.new_value, a.public_old_value, a.public_new_value, a.description,
           a.row_message_id, a.sender_id, a.sender_type, a.body, a.is_internal, a.attachments, a.key, a.message_created_at,
           a.edited_at, a.redacted_at
    from support_append_events(p_wait, p_ids, p_tickets, p_senders, p_keys, p_bodies, p_internals, p_attachments, p_based_ons, p_addresses, p_user_agents) a;
end
$$;


ALTER FUNCTION public.support_append(p_wait boolean, p_ids uuid[], p_tickets uuid[], p_senders uuid[], p_keys text[], p_bodies text[], p_internals boolean[], p_attachments jsonb[], p_based_ons bigint[], p_addresses inet[], p_user_agents text[]) OWNER TO helpline_owner;

--
-- Name: support_append_events(boolean, uuid[], uuid[], uuid[], text[], text[], boolean[], jsonb[], bigint[], inet[], text[]); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.support_append_events(p_wait boolean, p_ids uuid[], p_tickets uuid[], p_senders uuid[], p_keys text[], p_bodies text[], p_internals boolean[], p_attachments jsonb[], p_based_ons bigint[], p_addresses inet[], p_user_agents text[]) RETURNS TABLE(n integer, code text, head bigint, side text, message_id uuid, ticket_id uuid, seq bigint, public_seq bigint, created_at timestamp with time zone, kind text, actor_id uuid, actor_type text, actor_name text, old_value text, new_value text, public_old_value text, public_new_value text, description text, row_message_id uuid, sender_id uuid, sender_type text, body text, is_internal boolean, attachments jsonb, key text, message_created_at timestamp with time zone, edited_at timestamp with time zone, redacted_at timestamp with time zone, public_actor_name text)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    AS $$
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
           null::timestamptz, null::timestamptz, null::timestamptz, null::text
    from unnest(v_codes, v_sides, v_messages, p_tickets) with ordinality as o (code, side, message_id, ticket_id, n);

  -- The whole call is one transaction of the gateway's, so its rows are those that bear its number, in its cluster; the trigger of the
  -- insert above has named that.
  return query
    select null::integer, null::text, null::bigint, null::text, null::uuid,
           r.ticket_id, r.seq, r.public_seq, r.created_at, r.kind, r.actor_id, r.actor_type, r.actor_name, r.old_value, r.new_value,
           r.public_old_value, r.public_new_value, r.description, r.message_id, r.sender_id, r.sender_type, r.body, r.is_internal,
           r.attachments, r.key, r.message_created_at, r.edited_at, r.redacted_at, r.public_actor_name
    from support_events r
    where r.cluster = v_cluster and r.xid = pg_current_xact_id();

  if v_known is not null then
    return query
      select null::integer, null::text, null::bigint, null::text, null::uuid,
             r.ticket_id, r.seq, r.public_seq, r.created_at, r.kind, r.actor_id, r.actor_type, r.actor_name, r.old_value, r.new_value,
             r.public_old_value, r.public_new_value, r.description, r.message_id, r.sender_id, r.sender_type, r.body, r.is_internal,
             r.attachments, r.key, r.message_created_at, r.edited_at, r.redacted_at, r.public_actor_name
      from support_messages k
      cross join lateral (
        -- A retry comes soon, so its row is near the end.
        select x.* from support_events x
        where x.ticket_id = k.ticket_id and x.message_id = k.id and x.kind in ('message_added', 'internal_note_added')
        order by x.seq desc
        limit 1
      ) r
      where k.id = any (v_known);
  end if;
end
$$;


ALTER FUNCTION public.support_append_events(p_wait boolean, p_ids uuid[], p_tickets uuid[], p_senders uuid[], p_keys text[], p_bodies text[], p_internals boolean[], p_attachments jsonb[], p_based_ons bigint[], p_addresses inet[], p_user_agents text[]) OWNER TO helpline_owner;

--
-- Name: support_availability(bigint); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.support_availability(p_fresh_ms bigint) RETURNS TABLE(opening_hours jsonb, away_notice jsonb, agents_online boolean)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
  select (select s.value from support_settings s where s.name = 'opening_hours'),
         (select s.value from support_settings s where s.name = 'away_notice'),
         exists (
           select 1 from user_roles r
           join people p on p.id = r.user_id
           where p.blocked_at is null and p.last_seen_at > now() - p_fresh_ms * interval '1 millisecond'
         )
$$;


ALTER FUNCTION public.support_availability(p_fresh_ms bigint) OWNER TO helpline_owner;

--
-- Name: support_change_ticket(uuid, text, text, text, boolean, uuid); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.support_change_ticket(p_ticket uuid, p_status text, p_priority text, p_category text, p_assign boolean, p_assigned_to uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
declare
  v record := support_lock_ticket(p_ticket);
  t constant support_tickets := v.ticket;
begin
  if v.side = 'customer' and (p_priority is not null or p_category is not null or p_assign) then
    perform support_refuse('forbidden');
  end if;
  if t.archived_at is not null then
    perform support_refuse('ticket_archived');
  end if;
  update support_tickets u
  set status = coalesce(p_status, u.status), priority = coalesce(p_priority, u.priority), category = coalesce(p_category, u.category),
      assigned_to = case when p_assign then p_assigned_to else u.assigned_to end
  where u.id = p_ticket
    and (coalesce(p_status, u.status), coalesce(p_priority, u.priority), coalesce(p_category, u.category),
         case when p_assign then p_assigned_to else u.assigned_to end) is distinct from (u.status, u.priority, u.category, u.assigned_to);
end
$$;


ALTER FUNCTION public.support_change_ticket(p_ticket uuid, p_status text, p_priority text, p_category text, p_assign boolean, p_assigned_to uuid) OWNER TO helpline_owner;

--
-- Name: support_create_ticket(uuid, uuid, text, text, text, text, text, jsonb, jsonb); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.support_create_ticket(p_id uuid, p_message uuid, p_key text, p_subject text, p_category text, p_priority text, p_description text, p_attachments jsonb, p_metadata jsonb) RETURNS TABLE(ticket_id uuid, duplicate boolean)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
declare
  v_user constant uuid := support_require_user();
  v_digest constant bytea := support_digest(false, p_subject || E'\n' || p_category || E'\n' || p_priority || E'\n' || p_description, p_attachments);
  v_known record;
begin
  if v_user is null then
    perform support_refuse('not_authenticated');
  end if;
  -- Twice: a first attempt in a transaction still open makes the insert wait, and is found by the second look.
  for i in 1..2 loop
    select t.id, t.key_digest into v_known from support_tickets t where t.user_id = v_user and t.key = p_key;
    if found then
      if v_known.key_digest <> v_digest then
        perform support_refuse('key_reused');
      end if;
      return query select v_known.id, true;
      return;
    end if;
    insert into support_tickets (id, user_id, subject, category, priority, metadata, key, key_digest)
    values (p_id, v_user, p_subject, p_category, p_priority, coalesce(p_metadata, '{}'), p_key, v_digest)
    on conflict on constraint support_tickets_user_key do nothing;
    if found then
      insert into support_messages (id, ticket_id, sender_id, sender_type, body, attachments, key, key_digest)
      values (p_message, p_id, v_user, 'customer', p_description, p_attachments, p_key, support_digest(false, p_description, p_attachments));
      return query select p_id, false;
      return;
    end if;
  end loop;
  perform support_refuse('conflict');
end
$$;


ALTER FUNCTION public.support_create_ticket(p_id uuid, p_message uuid, p_key text, p_subject text, p_category text, p_priority text, p_description text, p_attachments jsonb, p_metadata jsonb) OWNER TO helpline_owner;

--
-- Name: support_current_address(); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.support_current_address() RETURNS inet
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
begin
  return nullif(current_setting('helpline.address', true), '')::inet;
end
$$;


ALTER FUNCTION public.support_current_address() OWNER TO helpline_owner;

--
-- Name: support_current_role(); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.support_current_role() RETURNS text
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    AS $$
begin
  return (
    select min(r.role)
    from user_roles r
    where r.user_id = (select support_current_user_id())
      and not exists (select 1 from people p where p.id = r.user_id and p.blocked_at is not null)
  );
end
$$;


ALTER FUNCTION public.support_current_role() OWNER TO helpline_owner;

--
-- Name: support_current_user_agent(); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.support_current_user_agent() RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
begin
  return left(nullif(current_setting('helpline.user_agent', true), ''), 400);
end
$$;


ALTER FUNCTION public.support_current_user_agent() OWNER TO helpline_owner;

--
-- Name: support_current_user_id(); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.support_current_user_id() RETURNS uuid
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
begin
  return nullif(nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub', '')::uuid;
end
$$;


ALTER FUNCTION public.support_current_user_id() OWNER TO helpline_owner;

--
-- Name: support_delete_reply(uuid); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.support_delete_reply(p_id uuid) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
begin
  perform support_require_admin();
  delete from support_saved_replies r where r.id = p_id;
  return found;
end
$$;


ALTER FUNCTION public.support_delete_reply(p_id uuid) OWNER TO helpline_owner;

--
-- Name: support_digest(boolean, text, jsonb); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.support_digest(p_is_internal boolean, p_body text, p_attachments jsonb) RETURNS bytea
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
  select sha256(convert_to(case when p_is_internal then 'note ' else 'message ' end || p_attachments::text || ' ' || p_body, 'UTF8'))
$$;


ALTER FUNCTION public.support_digest(p_is_internal boolean, p_body text, p_attachments jsonb) OWNER TO helpline_owner;

--
-- Name: support_edit_message(uuid, uuid, text); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.support_edit_message(p_ticket uuid, p_message uuid, p_body text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
declare
  v record := support_lock_ticket(p_ticket);
  t constant support_tickets := v.ticket;
  m support_messages;
begin
  select * into m from support_messages x where x.id = p_message and x.ticket_id = p_ticket;
  if m.id is null or (m.is_internal and v.side = 'customer') then
    perform support_refuse('not_found');
  elsif m.sender_id is distinct from support_current_user_id() then
    perform support_refuse('forbidden');
  elsif t.archived_at is not null then
    perform support_refuse('ticket_archived');
  elsif t.status = 'closed' then
    perform support_refuse('ticket_closed');
  elsif m.redacted_at is not null then
    perform support_refuse('redacted');
  end if;
  update support_messages x set body = p_body where x.id = p_message and x.body <> p_body;
end
$$;


ALTER FUNCTION public.support_edit_message(p_ticket uuid, p_message uuid, p_body text) OWNER TO helpline_owner;

--
-- Name: support_public_name(text); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.support_public_name(p_name text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
  -- White_Space, control characters, Bidi_Control, and what is Default_Ignorable or looks empty and belongs to no spelling.
  c_blank constant text := '[\u0001-\u0020\u007F-\u00A0\u00AD\u061C\u115F\u1160\u1680\u17B4\u17B5\u180E\u2000-\u200B\u200E\u200F\u2028-\u202F'
    || '\u205F-\u206F\u2800\u3000\u3164\uFEFF\uFFA0\uFFF0-\uFFFB\U0001BCA0-\U0001BCA3\U0001D173-\U0001D17A\U000E0000-\U000E00FF\U000E01F0-\U000E0FFF]';
  -- Joiners and variation selectors: part of a word in scripts that need them (from Arabic on), a seam anywhere else.
  c_join constant text := '[\u034F\u180B-\u180D\u180F\u200C\u200D\uFE00-\uFE0F\U000E0100-\U000E01EF]';
  c_comma constant text := ',;\u055D\u060C\u061B\u1363\u1802\u2E41\u3001\uA4FE\uFE10-\uFE14\uFE50-\uFE54\uFF0C\uFF1B\uFF64';
  -- Between words, but neither hyphens nor apostrophes. A middle dot belongs to the word between two l (Catalan).
  c_between constant text := '[!-&(-,./:-?\[-`{-~\u00A1-\u00A9\u00AB\u00AC\u00AE-\u00B1\u00B4\u00B6\u00B8\u00BB\u00BF\u2012-\u2018\u201A-\u2027\u2030-\u205E'
    || '\u02D9\u0387\u055A-\u055F\u060C\u061B\u061F\u0964\u0965\u1361-\u1368\u16EB-\u16ED\u1802\u2190-\u27FF\u2900-\u2BFF\u2E00-\u2E16\u2E18-\u2E7F'
    || '\u3001-\u3004\u3008-\u3020\u3030\u303D-\u303F\u30FB\uA4FE\uA4FF\uE000-\uF8FF\uFE10-\uFE19\uFE30-\uFE6F\uFF61-\uFF64\uFFFC\uFFFD\U0001F000-\U0001FAFF\uFF01-\uFF06\uFF08-\uFF0C\uFF0E\uFF0F\uFF1A-\uFF1F\uFF65]|(?<![Ll])\u00B7|\u00B7(?![Ll])';
  c_title constant text := '(?:[Dd][Rr]|[Pp][Rr][Oo][Ff]|[Mm][Rr]|[Mm][Rr][Ss]|[Mm][Ss]|[Mm][Xx]|[Dd][Ii][Pp][Ll]|[Hh][Ee][Rr][Rr]|[Ff][Rr][Aa][Uu])';
  v text := regexp_replace(p_name, c_blank, ' ', 'g');
begin
  v := regexp_replace(v, '(?<![\u0600-\U0010FFFF])' || c_join || '+', ' ', 'g');
  v := regexp_replace(v, c_join || '+(?![\u0600-\U0010FFFF]| |$)', ' ', 'g');
  v := regexp_replace(v, '[^ ]* *[@\uFE6B\uFF20] *[^ ]*', ' ', 'g');
  v := regexp_replace(v, '^ *(?:' || c_title || '[.]? +)+(?=[^ ])', '');
  -- `Hopper, Grace`: one word before the comma is the family's name.
  if v ~ ('^ *[^ ' || c_comma || ']+ *[' || c_comma || ']') then
    v := regexp_replace(v, '^[^' || c_comma || ']*[' || c_comma || ']', '');
  end if;
  v := regexp_replace(v, c_between, ' ', 'g');
  v := regexp_replace(v, '^ *(?:' || c_title || ' +)+(?=[^ ])', '');
  -- The first word with a letter: a telephone number is no name.
  v := left(substring(v from '[^ ]*[A-Za-z\u00AA\u00B5\u00BA\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u1FFF\u2070-\U0010FFFF][^ ]*'), 40);
  -- Marks that stand on nothing, and what is left at the ends.
  return nullif(regexp_replace(v, '^(?:[''\u2019\u2010\u2011\u0300-\u036F-]|' || c_join || ')+|[''\u2019\u2010\u2011-]+$', '', 'g'), '');
end
$_$;


ALTER FUNCTION public.support_public_name(p_name text) OWNER TO helpline_owner;

SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: people; Type: TABLE; Schema: public; Owner: helpline_owner
--

CREATE TABLE public.people (
    id uuid NOT NULL,
    email text,
    display_name text,
    last_seen_at timestamp with time zone,
    blocked_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    first_name text GENERATED ALWAYS AS (public.support_public_name(display_name)) STORED,
    CONSTRAINT people_display_name_check CHECK ((char_length(display_name) <= 200)),
    CONSTRAINT people_email_check CHECK ((char_length(email) <= 320))
);

ALTER TABLE ONLY public.people FORCE ROW LEVEL SECURITY;


ALTER TABLE public.people OWNER TO helpline_owner;

--
-- Name: support_messages; Type: TABLE; Schema: public; Owner: helpline_owner
--

CREATE TABLE public.support_messages (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    ticket_id uuid NOT NULL,
    sender_id uuid,
    sender_type text NOT NULL,
    body text NOT NULL,
    is_internal boolean DEFAULT false NOT NULL,
    attachments jsonb DEFAULT '[]'::jsonb NOT NULL,
    key text,
    key_digest bytea,
    ip_address inet DEFAULT public.support_current_address(),
    user_agent text DEFAULT public.support_current_user_agent(),
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    edited_at timestamp with time zone,
    redacted_at timestamp with time zone,
    CONSTRAINT support_messages_attachments_check CHECK (((jsonb_typeof(attachments) = 'array'::text) AND (jsonb_array_length(attachments) <= 10))),
    CONSTRAINT support_messages_body_check CHECK (((octet_length(body) <= 16384) AND ((body <> ''::text) OR (redacted_at IS NOT NULL)))),
    CONSTRAINT support_messages_key_check CHECK (((char_length(key) >= 1) AND (char_length(key) <= 64))),
    CONSTRAINT support_messages_note_check CHECK (((NOT is_internal) OR (sender_type <> 'customer'::text))),
    CONSTRAINT support_messages_sender_check CHECK (((sender_id IS NULL) = (sender_type = 'system'::text))),
    CONSTRAINT support_messages_sender_type_check CHECK ((sender_type = ANY (ARRAY['customer'::text, 'admin'::text, 'system'::text]))),
    CONSTRAINT support_messages_sizes_check CHECK (((octet_length((attachments)::text) <= 24576) AND (char_length(user_agent) <= 400) AND ((created_at >= '0001-01-01 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-31 23:59:59.999999+00'::timestamp with time zone))))
);

ALTER TABLE ONLY public.support_messages FORCE ROW LEVEL SECURITY;


ALTER TABLE public.support_messages OWNER TO helpline_owner;

--
-- Name: support_ticket_activity; Type: TABLE; Schema: public; Owner: helpline_owner
--

CREATE TABLE public.support_ticket_activity (
    ticket_id uuid NOT NULL,
    seq bigint NOT NULL,
    public_seq bigint,
    kind text NOT NULL,
    actor_id uuid,
    actor_type text NOT NULL,
    public_actor_name text,
    old_value text,
    new_value text,
    public_old_value text,
    public_new_value text,
    description text,
    message_id uuid,
    ip_address inet,
    user_agent text,
    metadata jsonb DEFAULT '{}'::jsonb NOT NULL,
    xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    cluster bigint DEFAULT public.helpline_cluster() NOT NULL,
    CONSTRAINT support_ticket_activity_actor_type_check CHECK ((actor_type = ANY (ARRAY['customer'::text, 'admin'::text, 'system'::text]))),
    CONSTRAINT support_ticket_activity_kind_check CHECK (
CASE
    WHEN (kind = ANY (ARRAY['message_added'::text, 'created'::text, 'status_changed'::text, 'assigned'::text, 'unassigned'::text, 'priority_changed'::text, 'category_changed'::text, 'resolved'::text, 'closed'::text, 'reopened'::text, 'escalated'::text, 'rated'::text, 'message_edited'::text, 'message_redacted'::text])) THEN (public_seq IS NOT NULL)
    WHEN (kind = ANY (ARRAY['internal_note_added'::text, 'note_edited'::text, 'note_redacted'::text, 'logged'::text, 'archived'::text])) THEN ((public_seq IS NULL) AND (public_old_value IS NULL) AND (public_new_value IS NULL))
    ELSE false
END),
    CONSTRAINT support_ticket_activity_seq_check CHECK (((seq > 0) AND (public_seq > 0) AND (public_seq <= seq))),
    CONSTRAINT support_ticket_activity_sizes_check CHECK (((octet_length(old_value) <= 16384) AND (octet_length(new_value) <= 16384) AND (octet_length(public_old_value) <= 1024) AND (octet_length(public_new_value) <= 1024) AND (octet_length(description) <= 8192) AND (octet_length((metadata)::text) <= 16384) AND (char_length(public_actor_name) <= 200) AND (char_length(user_agent) <= 400) AND ((created_at >= '0001-01-01 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-31 23:59:59.999999+00'::timestamp with time zone))))
);

ALTER TABLE ONLY public.support_ticket_activity FORCE ROW LEVEL SECURITY;


ALTER TABLE public.support_ticket_activity OWNER TO helpline_owner;

--
-- Name: support_events; Type: VIEW; Schema: public; Owner: helpline_owner
--

CREATE VIEW public.support_events WITH (security_invoker='true') AS
 SELECT a.ticket_id,
    a.seq,
    a.public_seq,
    a.created_at,
    a.kind,
    a.actor_id,
    a.actor_type,
    p.display_name AS actor_name,
    a.old_value,
    a.new_value,
    a.public_old_value,
    a.public_new_value,
    a.description,
    a.message_id,
    m.sender_id,
    m.sender_type,
    m.body,
    m.is_internal,
    m.attachments,
    m.key,
    m.created_at AS message_created_at,
    m.edited_at,
    m.redacted_at,
    a.public_actor_name,
    a.cluster,
    a.xid
   FROM ((public.support_ticket_activity a
     LEFT JOIN public.support_messages m ON ((m.id = a.message_id)))
     LEFT JOIN public.people p ON ((p.id = a.actor_id)));


ALTER TABLE public.support_events OWNER TO helpline_owner;

--
-- Name: support_events_after(uuid[], bigint[], integer); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.support_events_after(p_tickets uuid[], p_after bigint[], p_limit integer) RETURNS SETOF public.support_events
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    AS $$
#variable_conflict use_column
begin
  return query
    select r.*
    from unnest(p_tickets, p_after) as b (ticket_id, after)
    cross join lateral (
      select x.* from support_events x where x.ticket_id = b.ticket_id and x.seq > b.after order by x.seq limit p_limit
    ) r
    order by r.ticket_id, r.seq;
end
$$;


ALTER FUNCTION public.support_events_after(p_tickets uuid[], p_after bigint[], p_limit integer) OWNER TO helpline_owner;

--
-- Name: support_events_written(); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.support_events_written() RETURNS SETOF public.support_events
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    AS $$
#variable_conflict use_column
declare
  v_cluster constant bigint := helpline_cluster();
begin
  return query
    select r.* from support_events r
    where r.cluster = v_cluster and r.xid = pg_current_xact_id_if_assigned()
    order by r.ticket_id, r.seq;
end
$$;


ALTER FUNCTION public.support_events_written() OWNER TO helpline_owner;

--
-- Name: support_find_tickets(text[], text[], integer); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.support_find_tickets(p_patterns text[], p_numbers text[], p_limit integer) RETURNS SETOF uuid
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_custom_plan'
    SET enable_seqscan TO 'off'
    AS $$
declare
  -- The newest so many are asked how common the words are; from one in fifty on, walking back is cheaper than gathering and sorting,
  v_sample constant integer := 1000;
  -- unless they are in the newest alone: then walking ends here.
  v_walk constant integer := 50000;
  -- So many matches are gathered and sorted at most.
  v_common constant integer := 20000;
  v_patterns constant text[] := array(select lower(p) from unnest(p_patterns) with ordinality as u (p, n) order by n);
  v_numbered record;
  v_whole boolean := false;
  v_found uuid[];
  v_count integer;
begin
  if not support_is_staff() then
    return;
  end if;
  for v_numbered in select t.id, t.ticket_number from support_tickets t where t.ticket_number = any (p_numbers) loop
    return next v_numbered.id;
    v_whole := v_whole or v_patterns = array['%' || lower(v_numbered.ticket_number) || '%'];
  end loop;
  -- Whoever writes a whole number means that ticket.
  if v_whole then
    return;
  end if;
  -- Two letters between the wildcards have no trigram: the index would be read from end to end.
  if coalesce(char_length(v_patterns[1]), 0) < 5 then
    return;
  end if;
  select count(*) into v_count
  from (select t.search_text from support_tickets t order by t.created_at desc, t.id desc limit v_sample) s
  where s.search_text like all (v_patterns);
  if v_count * 50 >= v_sample then
    v_found := array(
      select s.id
      from (select t.id, t.search_text, t.created_at from support_tickets t order by t.created_at desc, t.id desc limit v_walk) s
      where s.search_text like all (v_patterns)
      order by s.created_at desc, s.id desc
      limit p_limit
    );
    if cardinality(v_found) = p_limit then
      return query select unnest(v_found);
      return;
    end if;
  end if;
  select count(*), (array_agg(f.id order by f.created_at desc, f.id desc))[1:p_limit] into v_count, v_found
  from (
    select t.id, t.created_at from support_tickets t
    where t.search_text like v_patterns[1] and t.search_text like coalesce(v_patterns[2], v_patterns[1])
      and t.search_text like all (v_patterns)
    limit v_common
  ) f;
  if v_count < v_common then
    return query select unnest(v_found);
  else
    -- The empty string keeps the trigram index out of it.
    return query
      select t.id from support_tickets t
      where t.search_text || '' like all (v_patterns)
      order by t.created_at desc, t.id desc
      limit p_limit;
  end if;
end
$$;


ALTER FUNCTION public.support_find_tickets(p_patterns text[], p_numbers text[], p_limit integer) OWNER TO helpline_owner;

--
-- Name: support_forbid_change(); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.support_forbid_change() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
begin
  if current_user = 'helpline_owner' and current_setting('helpline.append_only_door', true) = 'open' then
    return null;
  end if;
  raise exception 'rows of % are never changed or removed', tg_table_name using errcode = 'insufficient_privilege';
end
$$;


ALTER FUNCTION public.support_forbid_change() OWNER TO helpline_owner;

--
-- Name: support_heads(uuid[]); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.support_heads(p_tickets uuid[]) RETURNS TABLE(ticket_id uuid, seq bigint, public_seq bigint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    AS $$
#variable_conflict use_column
begin
  return query
    select h.ticket_id, h.seq, h.public_seq from support_ticket_heads h where h.ticket_id = any (p_tickets);
end
$$;


ALTER FUNCTION public.support_heads(p_tickets uuid[]) OWNER TO helpline_owner;

--
-- Name: support_is_blocked(); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.support_is_blocked() RETURNS boolean
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    AS $$
begin
  return (
    select exists (select 1 from people p where p.id = (select support_current_user_id()) and p.blocked_at is not null)
  );
end
$$;


ALTER FUNCTION public.support_is_blocked() OWNER TO helpline_owner;

--
-- Name: support_is_over(text); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.support_is_over(p_status text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select p_status in ('resolved', 'closed')
$$;


ALTER FUNCTION public.support_is_over(p_status text) OWNER TO helpline_owner;

--
-- Name: support_is_staff(); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.support_is_staff() RETURNS boolean
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
begin
  return support_current_role() is not null;
end
$$;


ALTER FUNCTION public.support_is_staff() OWNER TO helpline_owner;

--
-- Name: support_tickets; Type: TABLE; Schema: public; Owner: helpline_owner
--

CREATE TABLE public.support_tickets (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    ticket_number text NOT NULL,
    user_id uuid NOT NULL,
    subject text NOT NULL,
    category text DEFAULT 'general'::text NOT NULL,
    priority text DEFAULT 'medium'::text NOT NULL,
    status text DEFAULT 'open'::text NOT NULL,
    assigned_to uuid,
    assigned_at timestamp with time zone,
    assignee_name text,
    satisfaction_rating integer,
    satisfaction_comment text,
    first_response_at timestamp with time zone,
    resolved_at timestamp with time zone,
    closed_at timestamp with time zone,
    archived_at timestamp with time zone,
    legal_hold boolean DEFAULT false NOT NULL,
    ip_address inet DEFAULT public.support_current_address(),
    user_agent text DEFAULT public.support_current_user_agent(),
    metadata jsonb DEFAULT '{}'::jsonb NOT NULL,
    customer_email text,
    key text,
    key_digest bytea,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    search_text text GENERATED ALWAYS AS (lower(((((ticket_number || ' '::text) || subject) || ' '::text) || COALESCE(customer_email, ''::text)))) STORED NOT NULL,
    CONSTRAINT support_tickets_assignee_name_check CHECK ((char_length(assignee_name) <= 200)),
    CONSTRAINT support_tickets_category_check CHECK ((category = ANY (ARRAY['technical'::text, 'billing'::text, 'account'::text, 'feature_request'::text, 'bug_report'::text, 'general'::text, 'security'::text, 'compliance'::text]))),
    CONSTRAINT support_tickets_comment_check CHECK ((char_length(satisfaction_comment) <= 2000)),
    CONSTRAINT support_tickets_created_at_check CHECK (((created_at >= '0001-01-01 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-31 23:59:59.999999+00'::timestamp with time zone))),
    CONSTRAINT support_tickets_customer_email_check CHECK ((char_length(customer_email) <= 320)),
    CONSTRAINT support_tickets_key_check CHECK (((char_length(key) >= 1) AND (char_length(key) <= 64))),
    CONSTRAINT support_tickets_metadata_check CHECK (((jsonb_typeof(metadata) = 'object'::text) AND (octet_length((metadata)::text) <= 16384))),
    CONSTRAINT support_tickets_priority_check CHECK ((priority = ANY (ARRAY['low'::text, 'medium'::text, 'high'::text, 'urgent'::text]))),
    CONSTRAINT support_tickets_rating_check CHECK (((satisfaction_rating >= 1) AND (satisfaction_rating <= 5))),
    CONSTRAINT support_tickets_status_check CHECK ((status = ANY (ARRAY['open'::text, 'in_progress'::text, 'waiting_on_customer'::text, 'waiting_on_admin'::text, 'resolved'::text, 'closed'::text, 'escalated'::text]))),
    CONSTRAINT support_tickets_subject_check CHECK ((((char_length(subject) >= 1) AND (char_length(subject) <= 200)) AND (subject !~ '[[:cntrl:]]'::text))),
    CONSTRAINT support_tickets_ticket_number_check CHECK ((((char_length(ticket_number) >= 1) AND (char_length(ticket_number) <= 64)) AND (ticket_number !~* '[[:cntrl:]]|^[[:space:]]|[[:space:]]$|^[.]+$|^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$'::text))),
    CONSTRAINT support_tickets_user_agent_check CHECK ((char_length(user_agent) <= 400))
)
WITH (fillfactor='85');

ALTER TABLE ONLY public.support_tickets FORCE ROW LEVEL SECURITY;


ALTER TABLE public.support_tickets OWNER TO helpline_owner;

--
-- Name: support_lock_ticket(uuid); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.support_lock_ticket(p_ticket uuid, OUT ticket public.support_tickets, OUT side text) RETURNS record
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
declare
  v_user constant uuid := support_require_user();
begin
  select t.* into ticket from support_tickets t where t.id = p_ticket for no key update;
  side := case when v_user is null then 'system' when ticket.user_id = v_user then 'customer' when support_current_role() is not null then 'admin' end;
  if ticket.id is null or side is null then
    perform support_refuse('not_found');
  end if;
end
$$;


ALTER FUNCTION public.support_lock_ticket(p_ticket uuid, OUT ticket public.support_tickets, OUT side text) OWNER TO helpline_owner;

--
-- Name: support_mark_read(uuid[], uuid[], text[], bigint[]); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.support_mark_read(p_tickets uuid[], p_people uuid[], p_audiences text[], p_seqs bigint[]) RETURNS TABLE(ticket_id uuid, person_id uuid, side text, name text, seq bigint, public_seq bigint, public_name text)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    AS $$
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
      case when m.public_seq > coalesce(old.public_seq, 0) then m.public_seq else 0 end, p.first_name
    from moved m
    left join support_read_positions old on old.ticket_id = m.ticket_id and old.person_id = m.person_id
    join support_tickets t on t.id = m.ticket_id
    left join people p on p.id = m.person_id;
end
$$;


ALTER FUNCTION public.support_mark_read(p_tickets uuid[], p_people uuid[], p_audiences text[], p_seqs bigint[]) OWNER TO helpline_owner;

--
-- Name: support_messages_before_update(); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.support_messages_before_update() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
begin
  if (new.id, new.ticket_id, new.sender_id, new.sender_type, new.is_internal, new.key, new.created_at)
     is distinct from (old.id, old.ticket_id, old.sender_id, old.sender_type, old.is_internal, old.key, old.created_at) then
    raise exception 'a message keeps its ticket, sender, side, key and time' using errcode = 'check_violation';
  end if;
  if old.redacted_at is not null then
    perform support_refuse('redacted');
  end if;
  if new.redacted_at is not null then
    new.body := '';
    new.attachments := '[]';
    new.key_digest := null;
  elsif new.body <> old.body or new.attachments <> old.attachments then
    new.edited_at := clock_timestamp();
  end if;
  new.updated_at := now();
  return new;
end
$$;


ALTER FUNCTION public.support_messages_before_update() OWNER TO helpline_owner;

--
-- Name: support_messages_log_inserted(); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.support_messages_log_inserted() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    AS $$
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


ALTER FUNCTION public.support_messages_log_inserted() OWNER TO helpline_owner;

--
-- Name: support_messages_log_updated(); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.support_messages_log_updated() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
declare
  v_user constant uuid := support_current_user_id();
  v_tickets uuid[];
  v_kinds text[];
  v_types text[];
  v_olds text[];
  v_messages uuid[];
  v_scrub uuid[];
begin
  select array_agg(n.ticket_id order by n.created_at, n.id),
         array_agg(case when n.is_internal then 'note_' else 'message_' end || case when n.redacted_at is null then 'edited' else 'redacted' end
                   order by n.created_at, n.id),
         array_agg(case when v_user is null then 'system' when v_user = t.user_id then 'customer' else 'admin' end order by n.created_at, n.id),
         array_agg(case when n.redacted_at is null then o.body end order by n.created_at, n.id),
         array_agg(n.id order by n.created_at, n.id),
         array_agg(n.id) filter (where n.redacted_at is not null)
  into v_tickets, v_kinds, v_types, v_olds, v_messages, v_scrub
  from changed n
  join before o on o.id = n.id
  join support_tickets t on t.id = n.ticket_id
  where (n.body, n.attachments, n.redacted_at) is distinct from (o.body, o.attachments, o.redacted_at);

  if v_tickets is null then
    return null;
  end if;
  perform support_write_history(v_tickets, v_kinds, array_fill(v_user, array[cardinality(v_tickets)]), v_types, v_olds,
    array_fill(null::text, array[cardinality(v_tickets)]), array_fill(null::text, array[cardinality(v_tickets)]),
    array_fill(null::text, array[cardinality(v_tickets)]), array_fill(null::text, array[cardinality(v_tickets)]), v_messages,
    array_fill(null::jsonb, array[cardinality(v_tickets)]));

  if v_scrub is not null then
    perform set_config('helpline.append_only_door', 'open', true);
    update support_ticket_activity a
    set old_value = null, new_value = null
    where a.ticket_id = any (v_tickets) and a.message_id = any (v_scrub) and (a.old_value is not null or a.new_value is not null);
    perform set_config('helpline.append_only_door', '', true);
    -- The digest of the opening covers the first message: nothing that a short secret could be guessed from stays.
    update support_tickets t set key_digest = null
    from changed n
    where n.id = any (v_scrub) and t.id = n.ticket_id and t.key = n.key and t.key_digest is not null;
  end if;
  return null;
end
$$;


ALTER FUNCTION public.support_messages_log_updated() OWNER TO helpline_owner;

--
-- Name: support_note_seen(uuid[], bigint); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.support_note_seen(p_users uuid[], p_older_than_ms bigint) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    AS $$
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


ALTER FUNCTION public.support_note_seen(p_users uuid[], p_older_than_ms bigint) OWNER TO helpline_owner;

--
-- Name: support_open(uuid, text); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.support_open(p_id uuid, p_number text) RETURNS TABLE(id uuid, user_id uuid, status text, archived boolean, seq bigint, public_seq bigint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    AS $$
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


ALTER FUNCTION public.support_open(p_id uuid, p_number text) OWNER TO helpline_owner;

--
-- Name: support_open_all(uuid[]); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.support_open_all(p_tickets uuid[]) RETURNS TABLE(id uuid, user_id uuid, status text, archived boolean, seq bigint, public_seq bigint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    AS $$
#variable_conflict use_column
begin
  return query
    select t.id, t.user_id, t.status, t.archived_at is not null, h.seq, h.public_seq
    from support_tickets t
    join support_ticket_heads h on h.ticket_id = t.id
    where t.id = any (p_tickets);
end
$$;


ALTER FUNCTION public.support_open_all(p_tickets uuid[]) OWNER TO helpline_owner;

--
-- Name: support_open_by_number(text[]); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.support_open_by_number(p_numbers text[]) RETURNS TABLE(id uuid, user_id uuid, status text, archived boolean, seq bigint, public_seq bigint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    AS $$
#variable_conflict use_column
begin
  return query
    select t.id, t.user_id, t.status, t.archived_at is not null, h.seq, h.public_seq
    from support_tickets t
    join support_ticket_heads h on h.ticket_id = t.id
    where t.ticket_number = any (p_numbers)
    order by array_position(p_numbers, t.ticket_number)
    limit 1;
end
$$;


ALTER FUNCTION public.support_open_by_number(p_numbers text[]) OWNER TO helpline_owner;

--
-- Name: support_places(uuid[], uuid[], text[]); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.support_places(p_tickets uuid[], p_readers uuid[], p_audiences text[]) RETURNS TABLE(n bigint, ticket_id uuid, head bigint, public_head bigint, person_id uuid, side text, name text, seq bigint, public_seq bigint, public_name text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    AS $$
#variable_conflict use_column
begin
  return query
    select k.n, h.ticket_id, h.seq, h.public_seq, r.person_id, case when t.user_id = r.person_id then 'customer' else 'admin' end, p.display_name,
      r.seq, r.public_seq, p.first_name
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


ALTER FUNCTION public.support_places(p_tickets uuid[], p_readers uuid[], p_audiences text[]) OWNER TO helpline_owner;

--
-- Name: support_rate_ticket(uuid, integer, text); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.support_rate_ticket(p_ticket uuid, p_rating integer, p_comment text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
declare
  v record := support_lock_ticket(p_ticket);
  t constant support_tickets := v.ticket;
begin
  if v.side <> 'customer' then
    perform support_refuse('forbidden');
  elsif t.archived_at is not null then
    perform support_refuse('ticket_archived');
  elsif t.status not in ('resolved', 'closed') then
    perform support_refuse('not_ratable');
  end if;
  update support_tickets u
  set satisfaction_rating = p_rating, satisfaction_comment = p_comment
  where u.id = p_ticket and (u.satisfaction_rating, u.satisfaction_comment) is distinct from (p_rating, p_comment);
end
$$;


ALTER FUNCTION public.support_rate_ticket(p_ticket uuid, p_rating integer, p_comment text) OWNER TO helpline_owner;

--
-- Name: support_ticket_tallies; Type: TABLE; Schema: public; Owner: helpline_owner
--

CREATE TABLE public.support_ticket_tallies (
    metric text NOT NULL,
    amount bigint NOT NULL
);

ALTER TABLE ONLY public.support_ticket_tallies FORCE ROW LEVEL SECURITY;


ALTER TABLE public.support_ticket_tallies OWNER TO helpline_owner;

--
-- Name: support_ticket_tally_deltas; Type: TABLE; Schema: public; Owner: helpline_owner
--

CREATE TABLE public.support_ticket_tally_deltas (
    metric text NOT NULL,
    amount bigint NOT NULL
);

ALTER TABLE ONLY public.support_ticket_tally_deltas FORCE ROW LEVEL SECURITY;


ALTER TABLE public.support_ticket_tally_deltas OWNER TO helpline_owner;

--
-- Name: support_ticket_stats; Type: VIEW; Schema: public; Owner: helpline_owner
--

CREATE VIEW public.support_ticket_stats WITH (security_invoker='true') AS
 SELECT f.open_tickets,
    f.in_progress_tickets,
    f.waiting_tickets,
    f.escalated_tickets,
    f.resolved_tickets,
    f.closed_tickets,
    f.urgent_tickets,
    f.high_priority_tickets,
    f.unassigned_tickets,
    (((f.resolution_seconds / 3600.0) / NULLIF(f.resolutions, (0)::numeric)))::double precision AS avg_resolution_hours,
    r.tickets_last_24h,
    r.tickets_last_7d,
    ((f.rating_points / NULLIF(f.ratings, (0)::numeric)))::double precision AS avg_satisfaction_rating
   FROM (( SELECT (COALESCE(sum(x.amount) FILTER (WHERE (x.metric = 'open'::text)), (0)::numeric))::bigint AS open_tickets,
            (COALESCE(sum(x.amount) FILTER (WHERE (x.metric = 'in_progress'::text)), (0)::numeric))::bigint AS in_progress_tickets,
            (COALESCE(sum(x.amount) FILTER (WHERE (x.metric = ANY (ARRAY['waiting_on_customer'::text, 'waiting_on_admin'::text]))), (0)::numeric))::bigint AS waiting_tickets,
            (COALESCE(sum(x.amount) FILTER (WHERE (x.metric = 'escalated'::text)), (0)::numeric))::bigint AS escalated_tickets,
            (COALESCE(sum(x.amount) FILTER (WHERE (x.metric = 'resolved'::text)), (0)::numeric))::bigint AS resolved_tickets,
            (COALESCE(sum(x.amount) FILTER (WHERE (x.metric = 'closed'::text)), (0)::numeric))::bigint AS closed_tickets,
            (COALESCE(sum(x.amount) FILTER (WHERE (x.metric = 'urgent'::text)), (0)::numeric))::bigint AS urgent_tickets,
            (COALESCE(sum(x.amount) FILTER (WHERE (x.metric = 'high'::text)), (0)::numeric))::bigint AS high_priority_tickets,
            (COALESCE(sum(x.amount) FILTER (WHERE (x.metric = 'unassigned'::text)), (0)::numeric))::bigint AS unassigned_tickets,
            COALESCE(sum(x.amount) FILTER (WHERE (x.metric = 'resolutions'::text)), (0)::numeric) AS resolutions,
            COALESCE(sum(x.amount) FILTER (WHERE (x.metric = 'resolution_seconds'::text)), (0)::numeric) AS resolution_seconds,
            COALESCE(sum(x.amount) FILTER (WHERE (x.metric = 'ratings'::text)), (0)::numeric) AS ratings,
            COALESCE(sum(x.amount) FILTER (WHERE (x.metric = 'rating_points'::text)), (0)::numeric) AS rating_points
           FROM ( SELECT t.metric,
                    t.amount
                   FROM public.support_ticket_tallies t
                UNION ALL
                 SELECT d.metric,
                    d.amount
                   FROM public.support_ticket_tally_deltas d) x) f
     CROSS JOIN ( SELECT count(*) FILTER (WHERE (t.created_at > (now() - '24:00:00'::interval))) AS tickets_last_24h,
            count(*) AS tickets_last_7d
           FROM public.support_tickets t
          WHERE ((t.created_at > (now() - '7 days'::interval)) AND (t.archived_at IS NULL))) r);


ALTER TABLE public.support_ticket_stats OWNER TO helpline_owner;

--
-- Name: support_read_stats(); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.support_read_stats() RETURNS SETOF public.support_ticket_stats
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
  select s.* from support_ticket_stats s
$$;


ALTER FUNCTION public.support_read_stats() OWNER TO helpline_owner;

--
-- Name: support_reads_of_ticket(uuid); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.support_reads_of_ticket(p_ticket uuid) RETURNS TABLE(ticket_id uuid, person_id uuid, side text, name text, seq bigint, public_seq bigint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    AS $$
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


ALTER FUNCTION public.support_reads_of_ticket(p_ticket uuid) OWNER TO helpline_owner;

--
-- Name: support_record_access(uuid[], text[], uuid[], text[], inet[], text[], jsonb[]); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.support_record_access(p_users uuid[], p_actions text[], p_tickets uuid[], p_refused text[], p_addresses inet[], p_user_agents text[], p_details jsonb[]) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    AS $$
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


ALTER FUNCTION public.support_record_access(p_users uuid[], p_actions text[], p_tickets uuid[], p_refused text[], p_addresses inet[], p_user_agents text[], p_details jsonb[]) OWNER TO helpline_owner;

--
-- Name: support_redact_message(uuid, uuid); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.support_redact_message(p_ticket uuid, p_message uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
declare
  v record := support_lock_ticket(p_ticket);
  m support_messages;
begin
  select * into m from support_messages x where x.id = p_message and x.ticket_id = p_ticket;
  if m.id is null or (m.is_internal and v.side = 'customer') then
    perform support_refuse('not_found');
  elsif v.side <> 'system' and m.sender_id is distinct from support_current_user_id()
        and not (v.side = 'admin' and support_current_role() = 'admin') then
    perform support_refuse('forbidden');
  end if;
  update support_messages x set redacted_at = clock_timestamp() where x.id = p_message and x.redacted_at is null;
end
$$;


ALTER FUNCTION public.support_redact_message(p_ticket uuid, p_message uuid) OWNER TO helpline_owner;

--
-- Name: support_refuse(text); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.support_refuse(p_code text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
begin
  raise exception using errcode = 'HL001', message = p_code;
end
$$;


ALTER FUNCTION public.support_refuse(p_code text) OWNER TO helpline_owner;

--
-- Name: support_refuse_size(); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.support_refuse_size() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
begin
  raise exception 'a value of % is larger than %', tg_table_name, tg_name using errcode = 'check_violation', constraint = tg_name, table = tg_table_name;
end
$$;


ALTER FUNCTION public.support_refuse_size() OWNER TO helpline_owner;

--
-- Name: support_require_admin(); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.support_require_admin() RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
begin
  if support_require_user() is not null and support_current_role() is distinct from 'admin' then
    perform support_refuse('forbidden');
  end if;
end
$$;


ALTER FUNCTION public.support_require_admin() OWNER TO helpline_owner;

--
-- Name: support_require_user(); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.support_require_user() RETURNS uuid
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
declare
  v_user constant uuid := support_current_user_id();
begin
  if v_user is null and not pg_has_role(session_user, 'helpline_owner', 'member') then
    perform support_refuse('not_authenticated');
  end if;
  if exists (select 1 from people p where p.id = v_user and p.blocked_at is not null) then
    perform support_refuse('blocked');
  end if;
  return v_user;
end
$$;


ALTER FUNCTION public.support_require_user() OWNER TO helpline_owner;

--
-- Name: support_roll_up_tallies(); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.support_roll_up_tallies() RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
begin
  if not pg_try_advisory_xact_lock(hashtextextended('support_roll_up_tallies', 0)) then
    return;
  end if;
  with folded as (
    delete from support_ticket_tally_deltas d returning d.metric, d.amount
  )
  insert into support_ticket_tallies as t (metric, amount)
  select f.metric, sum(f.amount) from folded f group by f.metric
  on conflict on constraint support_ticket_tallies_pkey do update set amount = t.amount + excluded.amount;
end
$$;


ALTER FUNCTION public.support_roll_up_tallies() OWNER TO helpline_owner;

--
-- Name: support_history; Type: VIEW; Schema: public; Owner: helpline_owner
--

CREATE VIEW public.support_history WITH (security_invoker='true') AS
 SELECT a.ticket_id,
    a.seq,
    a.public_seq,
    a.created_at,
    a.kind,
    a.actor_id,
    a.actor_type,
    p.display_name AS actor_name,
    a.old_value,
    a.new_value,
    a.public_old_value,
    a.public_new_value,
    a.description,
    a.message_id,
    m.sender_id,
    m.sender_type,
    m.body,
    m.is_internal,
    m.attachments,
    m.key,
    m.created_at AS message_created_at,
    m.edited_at,
    m.redacted_at,
    a.xid
   FROM ((public.support_ticket_activity a
     LEFT JOIN public.support_messages m ON ((m.id = a.message_id)))
     LEFT JOIN public.people p ON ((p.id = a.actor_id)));


ALTER TABLE public.support_history OWNER TO helpline_owner;

--
-- Name: support_rows_after(uuid[], bigint[], integer); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.support_rows_after(p_tickets uuid[], p_after bigint[], p_limit integer) RETURNS SETOF public.support_history
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    AS $$
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


ALTER FUNCTION public.support_rows_after(p_tickets uuid[], p_after bigint[], p_limit integer) OWNER TO helpline_owner;

--
-- Name: support_rows_written(); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.support_rows_written() RETURNS SETOF public.support_history
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
begin
  return query
    select r.ticket_id, r.seq, r.public_seq, r.created_at, r.kind, r.actor_id, r.actor_type, r.actor_name, r.old_value,
           r.new_value, r.public_old_value, r.public_new_value, r.description, r.message_id, r.sender_id, r.sender_type, r.body,
           r.is_internal, r.attachments, r.key, r.message_created_at, r.edited_at, r.redacted_at, r.xid
    from support_events_written() r;
end
$$;


ALTER FUNCTION public.support_rows_written() OWNER TO helpline_owner;

--
-- Name: support_saved_replies; Type: TABLE; Schema: public; Owner: helpline_owner
--

CREATE TABLE public.support_saved_replies (
    id uuid NOT NULL,
    shortcut text NOT NULL,
    title text NOT NULL,
    body text NOT NULL,
    created_by uuid,
    updated_by uuid,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT support_saved_replies_body_check CHECK (((octet_length(body) >= 1) AND (octet_length(body) <= 16384))),
    CONSTRAINT support_saved_replies_shortcut_check CHECK ((shortcut ~ '^[a-z0-9_-]{1,40}$'::text)),
    CONSTRAINT support_saved_replies_title_check CHECK ((((char_length(title) >= 1) AND (char_length(title) <= 100)) AND (title !~ '[[:cntrl:]]'::text)))
);

ALTER TABLE ONLY public.support_saved_replies FORCE ROW LEVEL SECURITY;


ALTER TABLE public.support_saved_replies OWNER TO helpline_owner;

--
-- Name: support_save_reply(uuid, text, text, text, integer); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.support_save_reply(p_id uuid, p_shortcut text, p_title text, p_body text, p_replies_max integer) RETURNS SETOF public.support_saved_replies
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
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


ALTER FUNCTION public.support_save_reply(p_id uuid, p_shortcut text, p_title text, p_body text, p_replies_max integer) OWNER TO helpline_owner;

--
-- Name: support_saved_replies_recorded(); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.support_saved_replies_recorded() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
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


ALTER FUNCTION public.support_saved_replies_recorded() OWNER TO helpline_owner;

--
-- Name: support_search_tickets(text[], text, integer); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.support_search_tickets(p_patterns text[], p_number text, p_limit integer) RETURNS SETOF uuid
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_custom_plan'
    SET enable_seqscan TO 'off'
    AS $$
declare
  -- The newest so many are asked how common the words are; from one in fifty on, walking back is cheaper than gathering and sorting,
  v_sample constant integer := 1000;
  -- unless they are in the newest alone: then walking ends here.
  v_walk constant integer := 50000;
  -- So many matches are gathered and sorted at most.
  v_common constant integer := 20000;
  v_patterns constant text[] := array(select lower(p) from unnest(p_patterns) with ordinality as u (p, n) order by n);
  v_found uuid[];
  v_count integer;
begin
  if not support_is_staff() then
    return;
  end if;
  return query select t.id from support_tickets t where t.ticket_number = p_number;
  if found and v_patterns = array['%' || lower(p_number) || '%'] then
    return;
  end if;
  -- Two letters between the wildcards have no trigram: the index would be read from end to end.
  if coalesce(char_length(v_patterns[1]), 0) < 5 then
    return;
  end if;
  select count(*) into v_count
  from (select t.search_text from support_tickets t order by t.created_at desc, t.id desc limit v_sample) s
  where s.search_text like all (v_patterns);
  if v_count * 50 >= v_sample then
    v_found := array(
      select s.id
      from (select t.id, t.search_text, t.created_at from support_tickets t order by t.created_at desc, t.id desc limit v_walk) s
      where s.search_text like all (v_patterns)
      order by s.created_at desc, s.id desc
      limit p_limit
    );
    if cardinality(v_found) = p_limit then
      return query select unnest(v_found);
      return;
    end if;
  end if;
  select count(*), (array_agg(f.id order by f.created_at desc, f.id desc))[1:p_limit] into v_count, v_found
  from (
    select t.id, t.created_at from support_tickets t
    where t.search_text like v_patterns[1] and t.search_text like coalesce(v_patterns[2], v_patterns[1])
      and t.search_text like all (v_patterns)
    limit v_common
  ) f;
  if v_count < v_common then
    return query select unnest(v_found);
  else
    -- The empty string keeps the trigram index out of it.
    return query
      select t.id from support_tickets t
      where t.search_text || '' like all (v_patterns)
      order by t.created_at desc, t.id desc
      limit p_limit;
  end if;
end
$$;


ALTER FUNCTION public.support_search_tickets(p_patterns text[], p_number text, p_limit integer) OWNER TO helpline_owner;

--
-- Name: support_set_role(uuid, text); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.support_set_role(p_user uuid, p_role text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
begin
  if support_require_user() is not null and support_current_role() is distinct from 'admin' then
    perform support_refuse('forbidden');
  end if;
  lock table user_roles in share row exclusive mode;
  if p_role is distinct from 'admin' and exists (select 1 from user_roles r where r.user_id = p_user and r.role = 'admin')
     and not exists (select 1 from user_roles r where r.user_id <> p_user and r.role = 'admin') then
    perform support_refuse('conflict');
  end if;
  delete from user_roles r where r.user_id = p_user and r.role is distinct from p_role;
  if p_role is not null then
    insert into user_roles (user_id, role, granted_by) values (p_user, p_role, support_current_user_id())
    on conflict on constraint user_roles_pkey do nothing;
  end if;
end
$$;


ALTER FUNCTION public.support_set_role(p_user uuid, p_role text) OWNER TO helpline_owner;

--
-- Name: support_set_setting(text, jsonb); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.support_set_setting(p_name text, p_value jsonb) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
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


ALTER FUNCTION public.support_set_setting(p_name text, p_value jsonb) OWNER TO helpline_owner;

--
-- Name: support_settings_recorded(); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.support_settings_recorded() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
begin
  insert into access_log (user_id, action, ip_address, user_agent, detail)
  values (support_current_user_id(), 'setting_changed', support_current_address(), support_current_user_agent(),
          jsonb_build_object('name', coalesce(new.name, old.name), 'before', old.value, 'after', new.value));
  return null;
end
$$;


ALTER FUNCTION public.support_settings_recorded() OWNER TO helpline_owner;

--
-- Name: support_sign_in(uuid, text, text); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.support_sign_in(p_user uuid, p_email text, p_name text) RETURNS TABLE(id uuid, display_name text, email text, role text, blocked boolean)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
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


ALTER FUNCTION public.support_sign_in(p_user uuid, p_email text, p_name text) OWNER TO helpline_owner;

--
-- Name: support_sign_in_all(uuid[], text[], text[]); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.support_sign_in_all(p_users uuid[], p_emails text[], p_names text[]) RETURNS TABLE(id uuid, display_name text, email text, role text, blocked boolean, public_name text)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET lock_timeout TO '200ms'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    AS $$
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

  return query select s.id, s.display_name, s.email, s.role, s.blocked, s.public_name from support_standing(p_users) s;
end
$$;


ALTER FUNCTION public.support_sign_in_all(p_users uuid[], p_emails text[], p_names text[]) OWNER TO helpline_owner;

--
-- Name: support_standing(uuid[]); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.support_standing(p_users uuid[]) RETURNS TABLE(id uuid, display_name text, email text, role text, blocked boolean, public_name text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    AS $$
#variable_conflict use_column
begin
  return query
    select u.id, p.display_name, p.email, (select min(r.role) from user_roles r where r.user_id = u.id), p.blocked_at is not null, p.first_name
    from unnest(p_users) as u (id)
    left join people p on p.id = u.id;
end
$$;


ALTER FUNCTION public.support_standing(p_users uuid[]) OWNER TO helpline_owner;

--
-- Name: support_read_positions; Type: TABLE; Schema: public; Owner: helpline_owner
--

CREATE TABLE public.support_read_positions (
    ticket_id uuid NOT NULL,
    person_id uuid NOT NULL,
    seq bigint NOT NULL,
    public_seq bigint NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT support_read_positions_seq_check CHECK (((public_seq <= seq) AND (public_seq >= 0)))
)
WITH (fillfactor='60');

ALTER TABLE ONLY public.support_read_positions FORCE ROW LEVEL SECURITY;


ALTER TABLE public.support_read_positions OWNER TO helpline_owner;

--
-- Name: support_ticket_heads; Type: TABLE; Schema: public; Owner: helpline_owner
--

CREATE TABLE public.support_ticket_heads (
    ticket_id uuid NOT NULL,
    seq bigint DEFAULT 0 NOT NULL,
    public_seq bigint DEFAULT 0 NOT NULL,
    last_activity_at timestamp with time zone NOT NULL,
    public_last_activity_at timestamp with time zone NOT NULL,
    is_over boolean DEFAULT false NOT NULL
)
WITH (fillfactor='40', autovacuum_vacuum_scale_factor='0.02');

ALTER TABLE ONLY public.support_ticket_heads FORCE ROW LEVEL SECURITY;


ALTER TABLE public.support_ticket_heads OWNER TO helpline_owner;

--
-- Name: support_tickets_for_staff; Type: VIEW; Schema: public; Owner: helpline_owner
--

CREATE VIEW public.support_tickets_for_staff WITH (security_invoker='true') AS
 SELECT t.id,
    t.ticket_number,
    t.subject,
    t.category,
    t.priority,
    t.status,
    t.user_id,
    c.display_name AS customer_name,
    t.customer_email,
    t.assigned_to,
    a.display_name AS assignee_name,
    t.assigned_at,
    t.satisfaction_rating,
    t.satisfaction_comment,
    t.created_at,
    t.updated_at,
    t.first_response_at,
    t.resolved_at,
    t.closed_at,
    t.archived_at,
        CASE
            WHEN (t.user_id = ( SELECT public.support_current_user_id() AS support_current_user_id)) THEN h.public_last_activity_at
            ELSE h.last_activity_at
        END AS last_activity_at,
        CASE
            WHEN (t.user_id = ( SELECT public.support_current_user_id() AS support_current_user_id)) THEN h.public_seq
            ELSE h.seq
        END AS seq,
    COALESCE(
        CASE
            WHEN (t.user_id = ( SELECT public.support_current_user_id() AS support_current_user_id)) THEN r.public_seq
            ELSE r.seq
        END, (0)::bigint) AS read_seq,
    h.last_activity_at AS sort_at,
    h.ticket_id AS sort_id
   FROM ((((public.support_tickets t
     JOIN public.support_ticket_heads h ON ((h.ticket_id = t.id)))
     LEFT JOIN public.people c ON ((c.id = t.user_id)))
     LEFT JOIN public.people a ON ((a.id = t.assigned_to)))
     LEFT JOIN public.support_read_positions r ON (((r.ticket_id = t.id) AND (r.person_id = ( SELECT public.support_current_user_id() AS support_current_user_id)))));


ALTER TABLE public.support_tickets_for_staff OWNER TO helpline_owner;

--
-- Name: support_summaries(uuid[]); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.support_summaries(p_tickets uuid[]) RETURNS SETOF public.support_tickets_for_staff
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    AS $$
#variable_conflict use_column
begin
  return query
    select t.* from support_tickets_for_staff t where t.id = any (p_tickets);
end
$$;


ALTER FUNCTION public.support_summaries(p_tickets uuid[]) OWNER TO helpline_owner;

--
-- Name: support_sweep(text); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.support_sweep(p_since text) RETURNS TABLE(snapshot text, epoch text, tickets uuid[], seqs bigint[])
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    AS $$
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


ALTER FUNCTION public.support_sweep(p_since text) OWNER TO helpline_owner;

--
-- Name: support_tally_of(text, text, uuid, timestamp with time zone, timestamp with time zone, timestamp with time zone, timestamp with time zone, integer); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.support_tally_of(p_status text, p_priority text, p_assigned_to uuid, p_archived_at timestamp with time zone, p_created_at timestamp with time zone, p_resolved_at timestamp with time zone, p_closed_at timestamp with time zone, p_rating integer) RETURNS TABLE(metric text, amount bigint)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select v.metric, v.amount
  from (values
    (p_status, 1::bigint),
    ('urgent', case when p_priority = 'urgent' and p_status not in ('resolved', 'closed') then 1 end),
    ('high', case when p_priority = 'high' and p_status not in ('resolved', 'closed') then 1 end),
    ('unassigned', case when p_assigned_to is null and p_status not in ('resolved', 'closed') then 1 end),
    ('resolutions', case when coalesce(p_resolved_at, p_closed_at) is not null then 1 end),
    ('resolution_seconds', extract(epoch from coalesce(p_resolved_at, p_closed_at) - p_created_at)::bigint),
    ('ratings', case when p_rating is not null then 1 end),
    ('rating_points', p_rating)
  ) v (metric, amount)
  where v.amount is not null and p_archived_at is null
$$;


ALTER FUNCTION public.support_tally_of(p_status text, p_priority text, p_assigned_to uuid, p_archived_at timestamp with time zone, p_created_at timestamp with time zone, p_resolved_at timestamp with time zone, p_closed_at timestamp with time zone, p_rating integer) OWNER TO helpline_owner;

--
-- Name: support_tickets_before_insert(); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.support_tickets_before_insert() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $_$
declare
  v_n bigint;
begin
  if new.ticket_number is null then
    v_n := nextval('support_ticket_numbers');
    new.ticket_number := 'TKT-' || lpad(v_n::text, greatest(6, length(v_n::text)), '0');
  elsif new.ticket_number ~ '^TKT-[0-9]{1,18}$' then
    -- Carried over from elsewhere: the sequence goes on behind it.
    v_n := substring(new.ticket_number from 5)::bigint;
    if v_n > (select last_value from support_ticket_numbers) then
      perform setval('support_ticket_numbers', v_n);
    end if;
  end if;
  if new.customer_email is null then
    select p.email into new.customer_email from people p where p.id = new.user_id;
  end if;
  if new.assigned_to is not null then
    new.assigned_at := coalesce(new.assigned_at, now());
    new.assignee_name := (select p.first_name from people p where p.id = new.assigned_to);
  end if;
  return new;
end
$_$;


ALTER FUNCTION public.support_tickets_before_insert() OWNER TO helpline_owner;

--
-- Name: support_tickets_before_update(); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.support_tickets_before_update() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
declare
  v_user constant uuid := support_current_user_id();
  v_by text := 'system';
begin
  if (new.id, new.ticket_number, new.user_id, new.created_at) is distinct from (old.id, old.ticket_number, old.user_id, old.created_at) then
    raise exception 'a ticket keeps its id, number, owner and time of opening' using errcode = 'check_violation';
  end if;
  if v_user is not null then
    v_by := case when v_user = old.user_id then 'customer' else 'admin' end;
    -- By hand, the status and the rating; what follows from a message is a trigger's.
    if v_by = 'customer' and pg_trigger_depth() = 1
       and (new.subject, new.category, new.priority, new.assigned_to, new.assigned_at, new.assignee_name, new.first_response_at, new.archived_at,
            new.legal_hold, new.metadata, new.customer_email, new.ip_address, new.user_agent, new.key, new.key_digest)
         is distinct from
           (old.subject, old.category, old.priority, old.assigned_to, old.assigned_at, old.assignee_name, old.first_response_at, old.archived_at,
            old.legal_hold, old.metadata, old.customer_email, old.ip_address, old.user_agent, old.key, old.key_digest) then
      perform support_refuse('forbidden');
    end if;
    -- A legal hold may come late, and a redaction takes the opening's digest with it; nothing else changes in the archive.
    if old.archived_at is not null
       and (new.status, new.priority, new.category, new.assigned_to, new.subject, new.satisfaction_rating, new.satisfaction_comment, new.metadata)
         is distinct from
           (old.status, old.priority, old.category, old.assigned_to, old.subject, old.satisfaction_rating, old.satisfaction_comment, old.metadata) then
      perform support_refuse('ticket_archived');
    end if;
  end if;
  if new.status <> old.status then
    if not (pg_trigger_depth() > 1 and coalesce(nullif(current_setting('helpline.movers', true), '')::jsonb ? new.id::text, false))
       and not exists (select 1 from support_status_moves m
                       where m.actor_type = v_by and m.from_status = old.status and m.to_status = new.status) then
      perform support_refuse('invalid_move');
    end if;
    if new.status = 'resolved' then
      new.resolved_at := now();
    elsif new.status = 'closed' then
      new.closed_at := now();
    else
      new.resolved_at := null;
      new.closed_at := null;
    end if;
  end if;
  if new.assigned_to is distinct from old.assigned_to then
    if new.assigned_to is not null
       and (new.assigned_to = new.user_id or not exists (select 1 from user_roles r where r.user_id = new.assigned_to)) then
      perform support_refuse('invalid_field');
    end if;
    new.assigned_at := case when new.assigned_to is not null then now() end;
    new.assignee_name := (select p.first_name from people p where p.id = new.assigned_to);
  end if;
  if new.satisfaction_rating is distinct from old.satisfaction_rating and v_user is not null and old.status not in ('resolved', 'closed') then
    perform support_refuse('not_ratable');
  end if;
  new.updated_at := now();
  return new;
end
$$;


ALTER FUNCTION public.support_tickets_before_update() OWNER TO helpline_owner;

--
-- Name: support_tickets_log_inserted(); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.support_tickets_log_inserted() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
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


ALTER FUNCTION public.support_tickets_log_inserted() OWNER TO helpline_owner;

--
-- Name: support_tickets_log_updated(); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.support_tickets_log_updated() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_custom_plan'
    AS $$
declare
  v_user constant uuid := support_current_user_id();
  -- Who moved which ticket by a message; only the messages' trigger can have said so here.
  v_movers constant jsonb := case when pg_trigger_depth() > 1
    then coalesce(nullif(current_setting('helpline.movers', true), '')::jsonb, '{}') else '{}' end;
  v_tickets uuid[];
  v_kinds text[];
  v_actors uuid[];
  v_actor_types text[];
  v_olds text[];
  v_news text[];
  v_public_olds text[];
  v_public_news text[];
  v_descriptions text[];
begin
  select array_agg(n.id order by n.id, c.rank), array_agg(c.kind order by n.id, c.rank),
         array_agg(a.actor_id order by n.id, c.rank), array_agg(a.actor_type order by n.id, c.rank),
         array_agg(c.old_value order by n.id, c.rank), array_agg(c.new_value order by n.id, c.rank),
         array_agg(c.public_old_value order by n.id, c.rank), array_agg(c.public_new_value order by n.id, c.rank),
         array_agg(c.description order by n.id, c.rank)
  into v_tickets, v_kinds, v_actors, v_actor_types, v_olds, v_news, v_public_olds, v_public_news, v_descriptions
  from changed n
  join before o on o.id = n.id
  cross join lateral (
    select coalesce((v_movers -> n.id::text ->> 'id')::uuid, v_user),
           coalesce(v_movers -> n.id::text ->> 'type',
                    case when v_user is null then 'system' when v_user = n.user_id then 'customer' else 'admin' end)
  ) a (actor_id, actor_type)
  cross join lateral (values
    (1, case when n.status in ('resolved', 'closed', 'escalated') then n.status
             when o.status in ('resolved', 'closed') then 'reopened'
             else 'status_changed' end,
     o.status, n.status, o.status, n.status, null::text, n.status <> o.status),
    (2, 'priority_changed', o.priority, n.priority, o.priority, n.priority, null, n.priority <> o.priority),
    (3, 'category_changed', o.category, n.category, o.category, n.category, null, n.category <> o.category),
    (4, case when n.assigned_to is null then 'unassigned' else 'assigned' end, o.assigned_to::text, n.assigned_to::text,
     (select p.first_name from people p where p.id = o.assigned_to), (select p.first_name from people p where p.id = n.assigned_to),
     null, n.assigned_to is distinct from o.assigned_to),
    (5, 'rated', o.satisfaction_rating::text, n.satisfaction_rating::text, o.satisfaction_rating::text, n.satisfaction_rating::text,
     n.satisfaction_comment,
     (n.satisfaction_rating, n.satisfaction_comment) is distinct from (o.satisfaction_rating, o.satisfaction_comment)),
    (6, 'archived', null, null, null, null, null, o.archived_at is null and n.archived_at is not null),
    (7, 'logged', o.subject, n.subject, null, null, 'subject changed', n.subject <> o.subject),
    (8, 'logged', o.legal_hold::text, n.legal_hold::text, null, null, 'legal hold changed', n.legal_hold <> o.legal_hold),
    (9, 'logged', null, null, null, null, 'taken out of the archive', o.archived_at is not null and n.archived_at is null)
  ) c (rank, kind, old_value, new_value, public_old_value, public_new_value, description, happened)
  where c.happened;

  if v_tickets is not null then
    perform support_write_history(v_tickets, v_kinds, v_actors, v_actor_types, v_olds, v_news, v_public_olds, v_public_news,
      v_descriptions, array_fill(null::uuid, array[cardinality(v_tickets)]), array_fill(null::jsonb, array[cardinality(v_tickets)]));
  end if;
  return null;
end
$$;


ALTER FUNCTION public.support_tickets_log_updated() OWNER TO helpline_owner;

--
-- Name: support_tickets_over_changed(); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.support_tickets_over_changed() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
begin
  update support_ticket_heads h set is_over = support_is_over(new.status) where h.ticket_id = new.id;
  return null;
end
$$;


ALTER FUNCTION public.support_tickets_over_changed() OWNER TO helpline_owner;

--
-- Name: support_tickets_tally(); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.support_tickets_tally() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
begin
  if tg_op = 'INSERT' then
    insert into support_ticket_tally_deltas (metric, amount)
    select k.metric, sum(k.amount)
    from changed n
    cross join lateral support_tally_of(n.status, n.priority, n.assigned_to, n.archived_at, n.created_at, n.resolved_at, n.closed_at,
      n.satisfaction_rating) k
    group by k.metric having sum(k.amount) <> 0;
  elsif tg_op = 'DELETE' then
    insert into support_ticket_tally_deltas (metric, amount)
    select k.metric, -sum(k.amount)
    from before o
    cross join lateral support_tally_of(o.status, o.priority, o.assigned_to, o.archived_at, o.created_at, o.resolved_at, o.closed_at,
      o.satisfaction_rating) k
    group by k.metric having sum(k.amount) <> 0;
  else
    insert into support_ticket_tally_deltas (metric, amount)
    select k.metric, sum(s.sign * k.amount)
    from (
      select 1 as sign, n.status, n.priority, n.assigned_to, n.archived_at, n.created_at, n.resolved_at, n.closed_at, n.satisfaction_rating
      from changed n
      union all
      select -1, o.status, o.priority, o.assigned_to, o.archived_at, o.created_at, o.resolved_at, o.closed_at, o.satisfaction_rating
      from before o
    ) s
    cross join lateral support_tally_of(s.status, s.priority, s.assigned_to, s.archived_at, s.created_at, s.resolved_at, s.closed_at,
      s.satisfaction_rating) k
    group by k.metric having sum(s.sign * k.amount) <> 0;
  end if;
  return null;
end
$$;


ALTER FUNCTION public.support_tickets_tally() OWNER TO helpline_owner;

--
-- Name: support_write_history(uuid[], text[], uuid[], text[], text[], text[], text[], text[], text[], uuid[], jsonb[]); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.support_write_history(p_tickets uuid[], p_kinds text[], p_actors uuid[], p_actor_types text[], p_old_values text[], p_new_values text[], p_public_old_values text[], p_public_new_values text[], p_descriptions text[], p_messages uuid[], p_metadata jsonb[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_custom_plan'
    AS $$
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


ALTER FUNCTION public.support_write_history(p_tickets uuid[], p_kinds text[], p_actors uuid[], p_actor_types text[], p_old_values text[], p_new_values text[], p_public_old_values text[], p_public_new_values text[], p_descriptions text[], p_messages uuid[], p_metadata jsonb[]) OWNER TO helpline_owner;

--
-- Name: update_ticket_status(uuid, text); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.update_ticket_status(p_ticket_id uuid, p_new_status text) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
  select support_change_ticket(p_ticket_id, p_new_status, null, null, false, null)
$$;


ALTER FUNCTION public.update_ticket_status(p_ticket_id uuid, p_new_status text) OWNER TO helpline_owner;

--
-- Name: user_roles_recorded(); Type: FUNCTION; Schema: public; Owner: helpline_owner
--

CREATE FUNCTION public.user_roles_recorded() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
begin
  if tg_op in ('DELETE', 'UPDATE') then
    insert into access_log (user_id, action, ip_address, user_agent, detail)
    values (support_current_user_id(), 'role_revoked', support_current_address(), support_current_user_agent(),
            jsonb_build_object('user', old.user_id, 'role', old.role));
  end if;
  if tg_op in ('INSERT', 'UPDATE') then
    insert into access_log (user_id, action, ip_address, user_agent, detail)
    values (support_current_user_id(), 'role_granted', support_current_address(), support_current_user_agent(),
            jsonb_build_object('user', new.user_id, 'role', new.role));
  end if;
  return null;
end
$$;


ALTER FUNCTION public.user_roles_recorded() OWNER TO helpline_owner;

--
-- Name: access_log; Type: TABLE; Schema: public; Owner: helpline_owner
--

CREATE TABLE public.access_log (
    id bigint NOT NULL,
    user_id uuid,
    action text NOT NULL,
    ticket_id uuid,
    refused text,
    ip_address inet,
    user_agent text,
    detail jsonb DEFAULT '{}'::jsonb NOT NULL,
    xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    cluster bigint DEFAULT public.helpline_cluster() NOT NULL,
    CONSTRAINT access_log_action_check CHECK ((action ~ '^[a-z][a-z_]{0,63}$'::text)),
    CONSTRAINT access_log_detail_check CHECK ((octet_length((detail)::text) <= 4194304)),
    CONSTRAINT access_log_refused_check CHECK ((char_length(refused) <= 64)),
    CONSTRAINT access_log_user_agent_check CHECK ((char_length(user_agent) <= 400))
);

ALTER TABLE ONLY public.access_log FORCE ROW LEVEL SECURITY;


ALTER TABLE public.access_log OWNER TO helpline_owner;

--
-- Name: access_log_id_seq; Type: SEQUENCE; Schema: public; Owner: helpline_owner
--

ALTER TABLE public.access_log ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.access_log_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: helpline_migrations; Type: TABLE; Schema: public; Owner: helpline_owner
--

CREATE TABLE public.helpline_migrations (
    version integer NOT NULL,
    name character varying(255),
    applied_on character varying(255),
    checksum character varying(255)
);

ALTER TABLE ONLY public.helpline_migrations FORCE ROW LEVEL SECURITY;


ALTER TABLE public.helpline_migrations OWNER TO helpline_owner;

--
-- Name: helpline_restores; Type: TABLE; Schema: public; Owner: helpline_owner
--

CREATE TABLE public.helpline_restores (
    only_row boolean DEFAULT true NOT NULL,
    restores bigint DEFAULT 0 NOT NULL,
    CONSTRAINT helpline_restores_only_row_check CHECK (only_row)
);

ALTER TABLE ONLY public.helpline_restores FORCE ROW LEVEL SECURITY;


ALTER TABLE public.helpline_restores OWNER TO helpline_owner;

--
-- Name: support_activity_kinds; Type: TABLE; Schema: public; Owner: helpline_owner
--

CREATE TABLE public.support_activity_kinds (
    kind text NOT NULL,
    is_public boolean NOT NULL
);

ALTER TABLE ONLY public.support_activity_kinds FORCE ROW LEVEL SECURITY;


ALTER TABLE public.support_activity_kinds OWNER TO helpline_owner;

--
-- Name: support_history_for_customer; Type: VIEW; Schema: public; Owner: helpline_owner
--

CREATE VIEW public.support_history_for_customer WITH (security_invoker='true') AS
 SELECT a.ticket_id,
    a.public_seq AS seq,
    a.created_at,
    a.kind,
    a.actor_type,
    a.public_actor_name AS actor_name,
    a.public_old_value AS old_value,
    a.public_new_value AS new_value,
    a.message_id,
    m.sender_type,
    m.body,
    m.attachments,
    m.key,
    m.created_at AS message_created_at,
    m.edited_at,
    m.redacted_at
   FROM (public.support_ticket_activity a
     LEFT JOIN public.support_messages m ON ((m.id = a.message_id)))
  WHERE (a.public_seq IS NOT NULL);


ALTER TABLE public.support_history_for_customer OWNER TO helpline_owner;

--
-- Name: support_message_moves; Type: TABLE; Schema: public; Owner: helpline_owner
--

CREATE TABLE public.support_message_moves (
    sender_type text NOT NULL,
    from_status text NOT NULL,
    to_status text NOT NULL
);

ALTER TABLE ONLY public.support_message_moves FORCE ROW LEVEL SECURITY;


ALTER TABLE public.support_message_moves OWNER TO helpline_owner;

--
-- Name: support_settings; Type: TABLE; Schema: public; Owner: helpline_owner
--

CREATE TABLE public.support_settings (
    name text NOT NULL,
    value jsonb NOT NULL,
    updated_by uuid,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT support_settings_name_check CHECK ((name ~ '^[a-z][a-z_]{0,63}$'::text)),
    CONSTRAINT support_settings_value_check CHECK ((octet_length((value)::text) <= 16384))
);

ALTER TABLE ONLY public.support_settings FORCE ROW LEVEL SECURITY;


ALTER TABLE public.support_settings OWNER TO helpline_owner;

--
-- Name: support_status_moves; Type: TABLE; Schema: public; Owner: helpline_owner
--

CREATE TABLE public.support_status_moves (
    actor_type text NOT NULL,
    from_status text NOT NULL,
    to_status text NOT NULL
);

ALTER TABLE ONLY public.support_status_moves FORCE ROW LEVEL SECURITY;


ALTER TABLE public.support_status_moves OWNER TO helpline_owner;

--
-- Name: support_ticket_numbers; Type: SEQUENCE; Schema: public; Owner: helpline_owner
--

CREATE SEQUENCE public.support_ticket_numbers
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


ALTER TABLE public.support_ticket_numbers OWNER TO helpline_owner;

--
-- Name: support_tickets_for_customer; Type: VIEW; Schema: public; Owner: helpline_owner
--

CREATE VIEW public.support_tickets_for_customer WITH (security_invoker='true') AS
 SELECT t.id,
    t.ticket_number,
    t.subject,
    t.category,
    t.priority,
    t.status,
    t.assignee_name,
    t.satisfaction_rating,
    t.satisfaction_comment,
    t.created_at,
    t.resolved_at,
    t.closed_at,
    t.archived_at,
    h.public_last_activity_at AS last_activity_at,
    h.public_seq AS seq,
    COALESCE(r.public_seq, (0)::bigint) AS read_seq,
    t.search_text
   FROM ((public.support_tickets t
     JOIN public.support_ticket_heads h ON ((h.ticket_id = t.id)))
     LEFT JOIN public.support_read_positions r ON (((r.ticket_id = t.id) AND (r.person_id = ( SELECT public.support_current_user_id() AS support_current_user_id)))))
  WHERE (t.user_id = ( SELECT public.support_current_user_id() AS support_current_user_id));


ALTER TABLE public.support_tickets_for_customer OWNER TO helpline_owner;

--
-- Name: user_roles; Type: TABLE; Schema: public; Owner: helpline_owner
--

CREATE TABLE public.user_roles (
    user_id uuid NOT NULL,
    role text NOT NULL,
    granted_by uuid,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT user_roles_role_check CHECK ((role = ANY (ARRAY['admin'::text, 'support_agent'::text])))
);

ALTER TABLE ONLY public.user_roles FORCE ROW LEVEL SECURITY;


ALTER TABLE public.user_roles OWNER TO helpline_owner;

--
-- Name: access_log access_log_pkey; Type: CONSTRAINT; Schema: public; Owner: helpline_owner
--

ALTER TABLE ONLY public.access_log
    ADD CONSTRAINT access_log_pkey PRIMARY KEY (id);


--
-- Name: helpline_migrations helpline_migrations_pkey; Type: CONSTRAINT; Schema: public; Owner: helpline_owner
--

ALTER TABLE ONLY public.helpline_migrations
    ADD CONSTRAINT helpline_migrations_pkey PRIMARY KEY (version);


--
-- Name: helpline_restores helpline_restores_pkey; Type: CONSTRAINT; Schema: public; Owner: helpline_owner
--

ALTER TABLE ONLY public.helpline_restores
    ADD CONSTRAINT helpline_restores_pkey PRIMARY KEY (only_row);


--
-- Name: people people_pkey; Type: CONSTRAINT; Schema: public; Owner: helpline_owner
--

ALTER TABLE ONLY public.people
    ADD CONSTRAINT people_pkey PRIMARY KEY (id);


--
-- Name: support_activity_kinds support_activity_kinds_pkey; Type: CONSTRAINT; Schema: public; Owner: helpline_owner
--

ALTER TABLE ONLY public.support_activity_kinds
    ADD CONSTRAINT support_activity_kinds_pkey PRIMARY KEY (kind);


--
-- Name: support_message_moves support_message_moves_pkey; Type: CONSTRAINT; Schema: public; Owner: helpline_owner
--

ALTER TABLE ONLY public.support_message_moves
    ADD CONSTRAINT support_message_moves_pkey PRIMARY KEY (sender_type, from_status);


--
-- Name: support_messages support_messages_key; Type: CONSTRAINT; Schema: public; Owner: helpline_owner
--

ALTER TABLE ONLY public.support_messages
    ADD CONSTRAINT support_messages_key UNIQUE (ticket_id, sender_id, key);


--
-- Name: support_messages support_messages_pkey; Type: CONSTRAINT; Schema: public; Owner: helpline_owner
--

ALTER TABLE ONLY public.support_messages
    ADD CONSTRAINT support_messages_pkey PRIMARY KEY (id);


--
-- Name: support_read_positions support_read_positions_pkey; Type: CONSTRAINT; Schema: public; Owner: helpline_owner
--

ALTER TABLE ONLY public.support_read_positions
    ADD CONSTRAINT support_read_positions_pkey PRIMARY KEY (ticket_id, person_id);


--
-- Name: support_saved_replies support_saved_replies_pkey; Type: CONSTRAINT; Schema: public; Owner: helpline_owner
--

ALTER TABLE ONLY public.support_saved_replies
    ADD CONSTRAINT support_saved_replies_pkey PRIMARY KEY (id);


--
-- Name: support_saved_replies support_saved_replies_shortcut_key; Type: CONSTRAINT; Schema: public; Owner: helpline_owner
--

ALTER TABLE ONLY public.support_saved_replies
    ADD CONSTRAINT support_saved_replies_shortcut_key UNIQUE (shortcut);


--
-- Name: support_settings support_settings_pkey; Type: CONSTRAINT; Schema: public; Owner: helpline_owner
--

ALTER TABLE ONLY public.support_settings
    ADD CONSTRAINT support_settings_pkey PRIMARY KEY (name);


--
-- Name: support_status_moves support_status_moves_pkey; Type: CONSTRAINT; Schema: public; Owner: helpline_owner
--

ALTER TABLE ONLY public.support_status_moves
    ADD CONSTRAINT support_status_moves_pkey PRIMARY KEY (actor_type, from_status, to_status);


--
-- Name: support_ticket_activity support_ticket_activity_pkey; Type: CONSTRAINT; Schema: public; Owner: helpline_owner
--

ALTER TABLE ONLY public.support_ticket_activity
    ADD CONSTRAINT support_ticket_activity_pkey PRIMARY KEY (ticket_id, seq);


--
-- Name: support_ticket_activity support_ticket_activity_public_key; Type: CONSTRAINT; Schema: public; Owner: helpline_owner
--

ALTER TABLE ONLY public.support_ticket_activity
    ADD CONSTRAINT support_ticket_activity_public_key UNIQUE (ticket_id, public_seq);


--
-- Name: support_ticket_heads support_ticket_heads_pkey; Type: CONSTRAINT; Schema: public; Owner: helpline_owner
--

ALTER TABLE ONLY public.support_ticket_heads
    ADD CONSTRAINT support_ticket_heads_pkey PRIMARY KEY (ticket_id);


--
-- Name: support_ticket_tallies support_ticket_tallies_pkey; Type: CONSTRAINT; Schema: public; Owner: helpline_owner
--

ALTER TABLE ONLY public.support_ticket_tallies
    ADD CONSTRAINT support_ticket_tallies_pkey PRIMARY KEY (metric);


--
-- Name: support_tickets support_tickets_number_key; Type: CONSTRAINT; Schema: public; Owner: helpline_owner
--

ALTER TABLE ONLY public.support_tickets
    ADD CONSTRAINT support_tickets_number_key UNIQUE (ticket_number);


--
-- Name: support_tickets support_tickets_pkey; Type: CONSTRAINT; Schema: public; Owner: helpline_owner
--

ALTER TABLE ONLY public.support_tickets
    ADD CONSTRAINT support_tickets_pkey PRIMARY KEY (id);


--
-- Name: support_tickets support_tickets_user_key; Type: CONSTRAINT; Schema: public; Owner: helpline_owner
--

ALTER TABLE ONLY public.support_tickets
    ADD CONSTRAINT support_tickets_user_key UNIQUE (user_id, key);


--
-- Name: user_roles user_roles_pkey; Type: CONSTRAINT; Schema: public; Owner: helpline_owner
--

ALTER TABLE ONLY public.user_roles
    ADD CONSTRAINT user_roles_pkey PRIMARY KEY (user_id, role);


--
-- Name: access_log_created_at_idx; Type: INDEX; Schema: public; Owner: helpline_owner
--

CREATE INDEX access_log_created_at_idx ON public.access_log USING brin (created_at);


--
-- Name: access_log_ticket_idx; Type: INDEX; Schema: public; Owner: helpline_owner
--

CREATE INDEX access_log_ticket_idx ON public.access_log USING btree (ticket_id, id) WHERE (ticket_id IS NOT NULL);


--
-- Name: access_log_user_idx; Type: INDEX; Schema: public; Owner: helpline_owner
--

CREATE INDEX access_log_user_idx ON public.access_log USING btree (user_id, id);


--
-- Name: support_read_positions_person_idx; Type: INDEX; Schema: public; Owner: helpline_owner
--

CREATE INDEX support_read_positions_person_idx ON public.support_read_positions USING btree (person_id);


--
-- Name: support_ticket_activity_cluster_xid_idx; Type: INDEX; Schema: public; Owner: helpline_owner
--

CREATE INDEX support_ticket_activity_cluster_xid_idx ON public.support_ticket_activity USING btree (cluster, xid);


--
-- Name: support_ticket_activity_created_at_idx; Type: INDEX; Schema: public; Owner: helpline_owner
--

CREATE INDEX support_ticket_activity_created_at_idx ON public.support_ticket_activity USING brin (created_at);


--
-- Name: support_ticket_heads_active_idx; Type: INDEX; Schema: public; Owner: helpline_owner
--

CREATE INDEX support_ticket_heads_active_idx ON public.support_ticket_heads USING btree (last_activity_at DESC, ticket_id DESC) WHERE (NOT is_over);


--
-- Name: support_ticket_heads_activity_idx; Type: INDEX; Schema: public; Owner: helpline_owner
--

CREATE INDEX support_ticket_heads_activity_idx ON public.support_ticket_heads USING btree (last_activity_at DESC, ticket_id DESC);


--
-- Name: support_tickets_archived_at_idx; Type: INDEX; Schema: public; Owner: helpline_owner
--

CREATE INDEX support_tickets_archived_at_idx ON public.support_tickets USING btree (archived_at) WHERE (archived_at IS NOT NULL);


--
-- Name: support_tickets_assigned_to_idx; Type: INDEX; Schema: public; Owner: helpline_owner
--

CREATE INDEX support_tickets_assigned_to_idx ON public.support_tickets USING btree (assigned_to) WHERE (archived_at IS NULL);


--
-- Name: support_tickets_category_idx; Type: INDEX; Schema: public; Owner: helpline_owner
--

CREATE INDEX support_tickets_category_idx ON public.support_tickets USING btree (category) WHERE (archived_at IS NULL);


--
-- Name: support_tickets_created_at_idx; Type: INDEX; Schema: public; Owner: helpline_owner
--

CREATE INDEX support_tickets_created_at_idx ON public.support_tickets USING btree (created_at, id) INCLUDE (archived_at);


--
-- Name: support_tickets_mine_idx; Type: INDEX; Schema: public; Owner: helpline_owner
--

CREATE INDEX support_tickets_mine_idx ON public.support_tickets USING btree (assigned_to) WHERE ((archived_at IS NULL) AND (assigned_to IS NOT NULL) AND (status <> ALL (ARRAY['resolved'::text, 'closed'::text])));


--
-- Name: support_tickets_priority_idx; Type: INDEX; Schema: public; Owner: helpline_owner
--

CREATE INDEX support_tickets_priority_idx ON public.support_tickets USING btree (priority) WHERE (archived_at IS NULL);


--
-- Name: support_tickets_search_idx; Type: INDEX; Schema: public; Owner: helpline_owner
--

CREATE INDEX support_tickets_search_idx ON public.support_tickets USING gin (search_text public.gin_trgm_ops);


--
-- Name: support_tickets_status_idx; Type: INDEX; Schema: public; Owner: helpline_owner
--

CREATE INDEX support_tickets_status_idx ON public.support_tickets USING btree (status) WHERE (archived_at IS NULL);


--
-- Name: access_log access_log_append_only; Type: TRIGGER; Schema: public; Owner: helpline_owner
--

CREATE TRIGGER access_log_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.access_log FOR EACH STATEMENT EXECUTE FUNCTION public.support_forbid_change();


--
-- Name: people people_block_recorded; Type: TRIGGER; Schema: public; Owner: helpline_owner
--

CREATE TRIGGER people_block_recorded AFTER UPDATE OF blocked_at ON public.people FOR EACH ROW WHEN (((old.blocked_at IS NULL) <> (new.blocked_at IS NULL))) EXECUTE FUNCTION public.people_block_recorded();


--
-- Name: people people_changed; Type: TRIGGER; Schema: public; Owner: helpline_owner
--

CREATE TRIGGER people_changed AFTER INSERT OR UPDATE OF email, display_name ON public.people FOR EACH ROW EXECUTE FUNCTION public.people_changed();


--
-- Name: support_messages support_messages_before_update; Type: TRIGGER; Schema: public; Owner: helpline_owner
--

CREATE TRIGGER support_messages_before_update BEFORE UPDATE ON public.support_messages FOR EACH ROW EXECUTE FUNCTION public.support_messages_before_update();


--
-- Name: support_messages support_messages_log_inserted; Type: TRIGGER; Schema: public; Owner: helpline_owner
--

CREATE TRIGGER support_messages_log_inserted AFTER INSERT ON public.support_messages REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION public.support_messages_log_inserted();


--
-- Name: support_messages support_messages_log_updated; Type: TRIGGER; Schema: public; Owner: helpline_owner
--

CREATE TRIGGER support_messages_log_updated AFTER UPDATE ON public.support_messages REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.support_messages_log_updated();


--
-- Name: support_saved_replies support_saved_replies_recorded; Type: TRIGGER; Schema: public; Owner: helpline_owner
--

CREATE TRIGGER support_saved_replies_recorded AFTER INSERT OR DELETE OR UPDATE ON public.support_saved_replies FOR EACH ROW EXECUTE FUNCTION public.support_saved_replies_recorded();


--
-- Name: support_settings support_settings_recorded; Type: TRIGGER; Schema: public; Owner: helpline_owner
--

CREATE TRIGGER support_settings_recorded AFTER INSERT OR DELETE OR UPDATE ON public.support_settings FOR EACH ROW EXECUTE FUNCTION public.support_settings_recorded();


--
-- Name: support_ticket_activity support_ticket_activity_append_only; Type: TRIGGER; Schema: public; Owner: helpline_owner
--

CREATE TRIGGER support_ticket_activity_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.support_ticket_activity FOR EACH STATEMENT EXECUTE FUNCTION public.support_forbid_change();


--
-- Name: support_tickets support_tickets_before_insert; Type: TRIGGER; Schema: public; Owner: helpline_owner
--

CREATE TRIGGER support_tickets_before_insert BEFORE INSERT ON public.support_tickets FOR EACH ROW EXECUTE FUNCTION public.support_tickets_before_insert();


--
-- Name: support_tickets support_tickets_before_update; Type: TRIGGER; Schema: public; Owner: helpline_owner
--

CREATE TRIGGER support_tickets_before_update BEFORE UPDATE ON public.support_tickets FOR EACH ROW EXECUTE FUNCTION public.support_tickets_before_update();


--
-- Name: support_tickets support_tickets_log_inserted; Type: TRIGGER; Schema: public; Owner: helpline_owner
--

CREATE TRIGGER support_tickets_log_inserted AFTER INSERT ON public.support_tickets REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION public.support_tickets_log_inserted();


--
-- Name: support_tickets support_tickets_log_updated; Type: TRIGGER; Schema: public; Owner: helpline_owner
--

CREATE TRIGGER support_tickets_log_updated AFTER UPDATE ON public.support_tickets REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.support_tickets_log_updated();


--
-- Name: support_tickets support_tickets_over_changed; Type: TRIGGER; Schema: public; Owner: helpline_owner
--

CREATE TRIGGER support_tickets_over_changed AFTER UPDATE ON public.support_tickets FOR EACH ROW WHEN (((old.status = ANY (ARRAY['resolved'::text, 'closed'::text])) IS DISTINCT FROM (new.status = ANY (ARRAY['resolved'::text, 'closed'::text])))) EXECUTE FUNCTION public.support_tickets_over_changed();


--
-- Name: support_tickets support_tickets_tally_delete; Type: TRIGGER; Schema: public; Owner: helpline_owner
--

CREATE TRIGGER support_tickets_tally_delete AFTER DELETE ON public.support_tickets REFERENCING OLD TABLE AS before FOR EACH STATEMENT EXECUTE FUNCTION public.support_tickets_tally();


--
-- Name: support_tickets support_tickets_tally_insert; Type: TRIGGER; Schema: public; Owner: helpline_owner
--

CREATE TRIGGER support_tickets_tally_insert AFTER INSERT ON public.support_tickets REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.support_tickets_tally();


--
-- Name: support_tickets support_tickets_tally_update; Type: TRIGGER; Schema: public; Owner: helpline_owner
--

CREATE TRIGGER support_tickets_tally_update AFTER UPDATE ON public.support_tickets REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.support_tickets_tally();


--
-- Name: user_roles user_roles_recorded; Type: TRIGGER; Schema: public; Owner: helpline_owner
--

CREATE TRIGGER user_roles_recorded AFTER INSERT OR DELETE OR UPDATE ON public.user_roles FOR EACH ROW EXECUTE FUNCTION public.user_roles_recorded();


--
-- Name: support_messages support_messages_ticket_fkey; Type: FK CONSTRAINT; Schema: public; Owner: helpline_owner
--

ALTER TABLE ONLY public.support_messages
    ADD CONSTRAINT support_messages_ticket_fkey FOREIGN KEY (ticket_id) REFERENCES public.support_tickets(id) ON DELETE CASCADE;


--
-- Name: support_read_positions support_read_positions_ticket_fkey; Type: FK CONSTRAINT; Schema: public; Owner: helpline_owner
--

ALTER TABLE ONLY public.support_read_positions
    ADD CONSTRAINT support_read_positions_ticket_fkey FOREIGN KEY (ticket_id) REFERENCES public.support_tickets(id) ON DELETE CASCADE;


--
-- Name: support_ticket_activity support_ticket_activity_ticket_fkey; Type: FK CONSTRAINT; Schema: public; Owner: helpline_owner
--

ALTER TABLE ONLY public.support_ticket_activity
    ADD CONSTRAINT support_ticket_activity_ticket_fkey FOREIGN KEY (ticket_id) REFERENCES public.support_tickets(id) ON DELETE CASCADE;


--
-- Name: support_ticket_heads support_ticket_heads_ticket_fkey; Type: FK CONSTRAINT; Schema: public; Owner: helpline_owner
--

ALTER TABLE ONLY public.support_ticket_heads
    ADD CONSTRAINT support_ticket_heads_ticket_fkey FOREIGN KEY (ticket_id) REFERENCES public.support_tickets(id) ON DELETE CASCADE;


--
-- Name: access_log; Type: ROW SECURITY; Schema: public; Owner: helpline_owner
--

ALTER TABLE public.access_log ENABLE ROW LEVEL SECURITY;

--
-- Name: access_log access_log_owner; Type: POLICY; Schema: public; Owner: helpline_owner
--

CREATE POLICY access_log_owner ON public.access_log TO helpline_owner USING (true) WITH CHECK (true);


--
-- Name: access_log access_log_staff_select; Type: POLICY; Schema: public; Owner: helpline_owner
--

CREATE POLICY access_log_staff_select ON public.access_log FOR SELECT TO helpline_staff USING ((( SELECT public.support_current_role() AS support_current_role) = 'admin'::text));


--
-- Name: helpline_migrations; Type: ROW SECURITY; Schema: public; Owner: helpline_owner
--

ALTER TABLE public.helpline_migrations ENABLE ROW LEVEL SECURITY;

--
-- Name: helpline_migrations helpline_migrations_owner; Type: POLICY; Schema: public; Owner: helpline_owner
--

CREATE POLICY helpline_migrations_owner ON public.helpline_migrations TO helpline_owner USING (true) WITH CHECK (true);


--
-- Name: helpline_restores; Type: ROW SECURITY; Schema: public; Owner: helpline_owner
--

ALTER TABLE public.helpline_restores ENABLE ROW LEVEL SECURITY;

--
-- Name: helpline_restores helpline_restores_owner; Type: POLICY; Schema: public; Owner: helpline_owner
--

CREATE POLICY helpline_restores_owner ON public.helpline_restores TO helpline_owner USING (true) WITH CHECK (true);


--
-- Name: people; Type: ROW SECURITY; Schema: public; Owner: helpline_owner
--

ALTER TABLE public.people ENABLE ROW LEVEL SECURITY;

--
-- Name: people people_customer_select; Type: POLICY; Schema: public; Owner: helpline_owner
--

CREATE POLICY people_customer_select ON public.people FOR SELECT TO helpline_customer USING ((id = ( SELECT public.support_current_user_id() AS support_current_user_id)));


--
-- Name: people people_owner; Type: POLICY; Schema: public; Owner: helpline_owner
--

CREATE POLICY people_owner ON public.people TO helpline_owner USING (true) WITH CHECK (true);


--
-- Name: people people_staff_select; Type: POLICY; Schema: public; Owner: helpline_owner
--

CREATE POLICY people_staff_select ON public.people FOR SELECT TO helpline_staff USING (( SELECT public.support_is_staff() AS support_is_staff));


--
-- Name: support_activity_kinds; Type: ROW SECURITY; Schema: public; Owner: helpline_owner
--

ALTER TABLE public.support_activity_kinds ENABLE ROW LEVEL SECURITY;

--
-- Name: support_activity_kinds support_activity_kinds_owner; Type: POLICY; Schema: public; Owner: helpline_owner
--

CREATE POLICY support_activity_kinds_owner ON public.support_activity_kinds TO helpline_owner USING (true) WITH CHECK (true);


--
-- Name: support_activity_kinds support_activity_kinds_staff_select; Type: POLICY; Schema: public; Owner: helpline_owner
--

CREATE POLICY support_activity_kinds_staff_select ON public.support_activity_kinds FOR SELECT TO helpline_staff USING (true);


--
-- Name: support_message_moves; Type: ROW SECURITY; Schema: public; Owner: helpline_owner
--

ALTER TABLE public.support_message_moves ENABLE ROW LEVEL SECURITY;

--
-- Name: support_message_moves support_message_moves_owner; Type: POLICY; Schema: public; Owner: helpline_owner
--

CREATE POLICY support_message_moves_owner ON public.support_message_moves TO helpline_owner USING (true) WITH CHECK (true);


--
-- Name: support_message_moves support_message_moves_staff_select; Type: POLICY; Schema: public; Owner: helpline_owner
--

CREATE POLICY support_message_moves_staff_select ON public.support_message_moves FOR SELECT TO helpline_staff USING (true);


--
-- Name: support_messages; Type: ROW SECURITY; Schema: public; Owner: helpline_owner
--

ALTER TABLE public.support_messages ENABLE ROW LEVEL SECURITY;

--
-- Name: support_messages support_messages_customer_insert; Type: POLICY; Schema: public; Owner: helpline_owner
--

CREATE POLICY support_messages_customer_insert ON public.support_messages FOR INSERT TO helpline_customer WITH CHECK (((NOT is_internal) AND (sender_type = 'customer'::text) AND (sender_id = ( SELECT public.support_current_user_id() AS support_current_user_id)) AND (NOT ( SELECT public.support_is_blocked() AS support_is_blocked)) AND (EXISTS ( SELECT 1
   FROM public.support_tickets t
  WHERE ((t.id = support_messages.ticket_id) AND (t.user_id = ( SELECT public.support_current_user_id() AS support_current_user_id)) AND (t.archived_at IS NULL) AND (t.status <> 'closed'::text))))));


--
-- Name: support_messages support_messages_customer_select; Type: POLICY; Schema: public; Owner: helpline_owner
--

CREATE POLICY support_messages_customer_select ON public.support_messages FOR SELECT TO helpline_customer USING (((NOT is_internal) AND (ticket_id IN ( SELECT t.id
   FROM public.support_tickets t
  WHERE (t.user_id = ( SELECT public.support_current_user_id() AS support_current_user_id))))));


--
-- Name: support_messages support_messages_owner; Type: POLICY; Schema: public; Owner: helpline_owner
--

CREATE POLICY support_messages_owner ON public.support_messages TO helpline_owner USING (true) WITH CHECK (true);


--
-- Name: support_messages support_messages_staff_insert; Type: POLICY; Schema: public; Owner: helpline_owner
--

CREATE POLICY support_messages_staff_insert ON public.support_messages FOR INSERT TO helpline_staff WITH CHECK ((( SELECT public.support_is_staff() AS support_is_staff) AND (sender_type = 'admin'::text) AND (sender_id = ( SELECT public.support_current_user_id() AS support_current_user_id)) AND (EXISTS ( SELECT 1
   FROM public.support_tickets t
  WHERE ((t.id = support_messages.ticket_id) AND (t.user_id <> ( SELECT public.support_current_user_id() AS support_current_user_id)) AND (t.archived_at IS NULL) AND (support_messages.is_internal OR (t.status <> 'closed'::text)))))));


--
-- Name: support_messages support_messages_staff_select; Type: POLICY; Schema: public; Owner: helpline_owner
--

CREATE POLICY support_messages_staff_select ON public.support_messages FOR SELECT TO helpline_staff USING ((( SELECT public.support_is_staff() AS support_is_staff) AND ((NOT is_internal) OR (NOT (ticket_id IN ( SELECT t.id
   FROM public.support_tickets t
  WHERE (t.user_id = ( SELECT public.support_current_user_id() AS support_current_user_id))))))));


--
-- Name: support_read_positions; Type: ROW SECURITY; Schema: public; Owner: helpline_owner
--

ALTER TABLE public.support_read_positions ENABLE ROW LEVEL SECURITY;

--
-- Name: support_read_positions support_read_positions_customer_select; Type: POLICY; Schema: public; Owner: helpline_owner
--

CREATE POLICY support_read_positions_customer_select ON public.support_read_positions FOR SELECT TO helpline_customer USING ((person_id = ( SELECT public.support_current_user_id() AS support_current_user_id)));


--
-- Name: support_read_positions support_read_positions_owner; Type: POLICY; Schema: public; Owner: helpline_owner
--

CREATE POLICY support_read_positions_owner ON public.support_read_positions TO helpline_owner USING (true) WITH CHECK (true);


--
-- Name: support_read_positions support_read_positions_staff_select; Type: POLICY; Schema: public; Owner: helpline_owner
--

CREATE POLICY support_read_positions_staff_select ON public.support_read_positions FOR SELECT TO helpline_staff USING (( SELECT public.support_is_staff() AS support_is_staff));


--
-- Name: support_saved_replies; Type: ROW SECURITY; Schema: public; Owner: helpline_owner
--

ALTER TABLE public.support_saved_replies ENABLE ROW LEVEL SECURITY;

--
-- Name: support_saved_replies support_saved_replies_owner; Type: POLICY; Schema: public; Owner: helpline_owner
--

CREATE POLICY support_saved_replies_owner ON public.support_saved_replies TO helpline_owner USING (true) WITH CHECK (true);


--
-- Name: support_saved_replies support_saved_replies_staff_select; Type: POLICY; Schema: public; Owner: helpline_owner
--

CREATE POLICY support_saved_replies_staff_select ON public.support_saved_replies FOR SELECT TO helpline_staff USING (( SELECT public.support_is_staff() AS support_is_staff));


--
-- Name: support_settings; Type: ROW SECURITY; Schema: public; Owner: helpline_owner
--

ALTER TABLE public.support_settings ENABLE ROW LEVEL SECURITY;

--
-- Name: support_settings support_settings_owner; Type: POLICY; Schema: public; Owner: helpline_owner
--

CREATE POLICY support_settings_owner ON public.support_settings TO helpline_owner USING (true) WITH CHECK (true);


--
-- Name: support_settings support_settings_staff_select; Type: POLICY; Schema: public; Owner: helpline_owner
--

CREATE POLICY support_settings_staff_select ON public.support_settings FOR SELECT TO helpline_staff USING ((( SELECT public.support_current_role() AS support_current_role) = 'admin'::text));


--
-- Name: support_status_moves; Type: ROW SECURITY; Schema: public; Owner: helpline_owner
--

ALTER TABLE public.support_status_moves ENABLE ROW LEVEL SECURITY;

--
-- Name: support_status_moves support_status_moves_owner; Type: POLICY; Schema: public; Owner: helpline_owner
--

CREATE POLICY support_status_moves_owner ON public.support_status_moves TO helpline_owner USING (true) WITH CHECK (true);


--
-- Name: support_status_moves support_status_moves_staff_select; Type: POLICY; Schema: public; Owner: helpline_owner
--

CREATE POLICY support_status_moves_staff_select ON public.support_status_moves FOR SELECT TO helpline_staff USING (true);


--
-- Name: support_ticket_activity; Type: ROW SECURITY; Schema: public; Owner: helpline_owner
--

ALTER TABLE public.support_ticket_activity ENABLE ROW LEVEL SECURITY;

--
-- Name: support_ticket_activity support_ticket_activity_customer_select; Type: POLICY; Schema: public; Owner: helpline_owner
--

CREATE POLICY support_ticket_activity_customer_select ON public.support_ticket_activity FOR SELECT TO helpline_customer USING (((public_seq IS NOT NULL) AND (ticket_id IN ( SELECT t.id
   FROM public.support_tickets t
  WHERE (t.user_id = ( SELECT public.support_current_user_id() AS support_current_user_id))))));


--
-- Name: support_ticket_activity support_ticket_activity_owner; Type: POLICY; Schema: public; Owner: helpline_owner
--

CREATE POLICY support_ticket_activity_owner ON public.support_ticket_activity TO helpline_owner USING (true) WITH CHECK (true);


--
-- Name: support_ticket_activity support_ticket_activity_staff_select; Type: POLICY; Schema: public; Owner: helpline_owner
--

CREATE POLICY support_ticket_activity_staff_select ON public.support_ticket_activity FOR SELECT TO helpline_staff USING ((( SELECT public.support_is_staff() AS support_is_staff) AND ((public_seq IS NOT NULL) OR (NOT (ticket_id IN ( SELECT t.id
   FROM public.support_tickets t
  WHERE (t.user_id = ( SELECT public.support_current_user_id() AS support_current_user_id))))))));


--
-- Name: support_ticket_heads; Type: ROW SECURITY; Schema: public; Owner: helpline_owner
--

ALTER TABLE public.support_ticket_heads ENABLE ROW LEVEL SECURITY;

--
-- Name: support_ticket_heads support_ticket_heads_customer_select; Type: POLICY; Schema: public; Owner: helpline_owner
--

CREATE POLICY support_ticket_heads_customer_select ON public.support_ticket_heads FOR SELECT TO helpline_customer USING ((ticket_id IN ( SELECT t.id
   FROM public.support_tickets t
  WHERE (t.user_id = ( SELECT public.support_current_user_id() AS support_current_user_id)))));


--
-- Name: support_ticket_heads support_ticket_heads_owner; Type: POLICY; Schema: public; Owner: helpline_owner
--

CREATE POLICY support_ticket_heads_owner ON public.support_ticket_heads TO helpline_owner USING (true) WITH CHECK (true);


--
-- Name: support_ticket_heads support_ticket_heads_staff_select; Type: POLICY; Schema: public; Owner: helpline_owner
--

CREATE POLICY support_ticket_heads_staff_select ON public.support_ticket_heads FOR SELECT TO helpline_staff USING (( SELECT public.support_is_staff() AS support_is_staff));


--
-- Name: support_ticket_tallies; Type: ROW SECURITY; Schema: public; Owner: helpline_owner
--

ALTER TABLE public.support_ticket_tallies ENABLE ROW LEVEL SECURITY;

--
-- Name: support_ticket_tallies support_ticket_tallies_owner; Type: POLICY; Schema: public; Owner: helpline_owner
--

CREATE POLICY support_ticket_tallies_owner ON public.support_ticket_tallies TO helpline_owner USING (true) WITH CHECK (true);


--
-- Name: support_ticket_tallies support_ticket_tallies_staff_select; Type: POLICY; Schema: public; Owner: helpline_owner
--

CREATE POLICY support_ticket_tallies_staff_select ON public.support_ticket_tallies FOR SELECT TO helpline_staff USING (( SELECT public.support_is_staff() AS support_is_staff));


--
-- Name: support_ticket_tally_deltas; Type: ROW SECURITY; Schema: public; Owner: helpline_owner
--

ALTER TABLE public.support_ticket_tally_deltas ENABLE ROW LEVEL SECURITY;

--
-- Name: support_ticket_tally_deltas support_ticket_tally_deltas_owner; Type: POLICY; Schema: public; Owner: helpline_owner
--

CREATE POLICY support_ticket_tally_deltas_owner ON public.support_ticket_tally_deltas TO helpline_owner USING (true) WITH CHECK (true);


--
-- Name: support_ticket_tally_deltas support_ticket_tally_deltas_staff_select; Type: POLICY; Schema: public; Owner: helpline_owner
--

CREATE POLICY support_ticket_tally_deltas_staff_select ON public.support_ticket_tally_deltas FOR SELECT TO helpline_staff USING (( SELECT public.support_is_staff() AS support_is_staff));


--
-- Name: support_tickets; Type: ROW SECURITY; Schema: public; Owner: helpline_owner
--

ALTER TABLE public.support_tickets ENABLE ROW LEVEL SECURITY;

--
-- Name: support_tickets support_tickets_customer_insert; Type: POLICY; Schema: public; Owner: helpline_owner
--

CREATE POLICY support_tickets_customer_insert ON public.support_tickets FOR INSERT TO helpline_customer WITH CHECK (((user_id = ( SELECT public.support_current_user_id() AS support_current_user_id)) AND (NOT ( SELECT public.support_is_blocked() AS support_is_blocked))));


--
-- Name: support_tickets support_tickets_customer_select; Type: POLICY; Schema: public; Owner: helpline_owner
--

CREATE POLICY support_tickets_customer_select ON public.support_tickets FOR SELECT TO helpline_customer USING ((user_id = ( SELECT public.support_current_user_id() AS support_current_user_id)));


--
-- Name: support_tickets support_tickets_customer_update; Type: POLICY; Schema: public; Owner: helpline_owner
--

CREATE POLICY support_tickets_customer_update ON public.support_tickets FOR UPDATE TO helpline_customer USING (((user_id = ( SELECT public.support_current_user_id() AS support_current_user_id)) AND (archived_at IS NULL) AND (NOT ( SELECT public.support_is_blocked() AS support_is_blocked)))) WITH CHECK ((user_id = ( SELECT public.support_current_user_id() AS support_current_user_id)));


--
-- Name: support_tickets support_tickets_owner; Type: POLICY; Schema: public; Owner: helpline_owner
--

CREATE POLICY support_tickets_owner ON public.support_tickets TO helpline_owner USING (true) WITH CHECK (true);


--
-- Name: support_tickets support_tickets_staff_select; Type: POLICY; Schema: public; Owner: helpline_owner
--

CREATE POLICY support_tickets_staff_select ON public.support_tickets FOR SELECT TO helpline_staff USING (( SELECT public.support_is_staff() AS support_is_staff));


--
-- Name: support_tickets support_tickets_staff_update; Type: POLICY; Schema: public; Owner: helpline_owner
--

CREATE POLICY support_tickets_staff_update ON public.support_tickets FOR UPDATE TO helpline_staff USING ((( SELECT public.support_is_staff() AS support_is_staff) AND (user_id <> ( SELECT public.support_current_user_id() AS support_current_user_id)))) WITH CHECK ((( SELECT public.support_is_staff() AS support_is_staff) AND (user_id <> ( SELECT public.support_current_user_id() AS support_current_user_id))));


--
-- Name: user_roles; Type: ROW SECURITY; Schema: public; Owner: helpline_owner
--

ALTER TABLE public.user_roles ENABLE ROW LEVEL SECURITY;

--
-- Name: user_roles user_roles_customer_select; Type: POLICY; Schema: public; Owner: helpline_owner
--

CREATE POLICY user_roles_customer_select ON public.user_roles FOR SELECT TO helpline_customer USING ((user_id = ( SELECT public.support_current_user_id() AS support_current_user_id)));


--
-- Name: user_roles user_roles_owner; Type: POLICY; Schema: public; Owner: helpline_owner
--

CREATE POLICY user_roles_owner ON public.user_roles TO helpline_owner USING (true) WITH CHECK (true);


--
-- Name: user_roles user_roles_staff_select; Type: POLICY; Schema: public; Owner: helpline_owner
--

CREATE POLICY user_roles_staff_select ON public.user_roles FOR SELECT TO helpline_staff USING (( SELECT public.support_is_staff() AS support_is_staff));


--
-- Name: SCHEMA public; Type: ACL; Schema: -; Owner: pg_database_owner
--

GRANT ALL ON SCHEMA public TO helpline_owner;
GRANT USAGE ON SCHEMA public TO helpline_service;
GRANT USAGE ON SCHEMA public TO helpline_customer;
GRANT USAGE ON SCHEMA public TO helpline_staff;


--
-- Name: FUNCTION archive_old_tickets(p_now timestamp with time zone, p_limit integer); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.archive_old_tickets(p_now timestamp with time zone, p_limit integer) FROM PUBLIC;


--
-- Name: FUNCTION assign_ticket(p_ticket_id uuid, p_assigned_to uuid); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.assign_ticket(p_ticket_id uuid, p_assigned_to uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.assign_ticket(p_ticket_id uuid, p_assigned_to uuid) TO helpline_staff;


--
-- Name: FUNCTION delete_old_archived_tickets(p_now timestamp with time zone, p_limit integer); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.delete_old_archived_tickets(p_now timestamp with time zone, p_limit integer) FROM PUBLIC;


--
-- Name: FUNCTION helpline_cluster(); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.helpline_cluster() FROM PUBLIC;


--
-- Name: FUNCTION helpline_epoch(); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.helpline_epoch() FROM PUBLIC;
GRANT ALL ON FUNCTION public.helpline_epoch() TO helpline_service;


--
-- Name: FUNCTION helpline_note_restore(); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.helpline_note_restore() FROM PUBLIC;


--
-- Name: FUNCTION helpline_note_rollback(p_epoch text, p_snapshot text, p_ticket uuid, p_seq bigint); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.helpline_note_rollback(p_epoch text, p_snapshot text, p_ticket uuid, p_seq bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION public.helpline_note_rollback(p_epoch text, p_snapshot text, p_ticket uuid, p_seq bigint) TO helpline_service;


--
-- Name: FUNCTION helpline_schema_version(); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.helpline_schema_version() FROM PUBLIC;
GRANT ALL ON FUNCTION public.helpline_schema_version() TO helpline_service;


--
-- Name: FUNCTION log_ticket_activity(p_ticket_id uuid, p_activity_type text, p_old_value text, p_new_value text, p_description text, p_metadata jsonb); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.log_ticket_activity(p_ticket_id uuid, p_activity_type text, p_old_value text, p_new_value text, p_description text, p_metadata jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.log_ticket_activity(p_ticket_id uuid, p_activity_type text, p_old_value text, p_new_value text, p_description text, p_metadata jsonb) TO helpline_staff;


--
-- Name: FUNCTION people_block_recorded(); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.people_block_recorded() FROM PUBLIC;


--
-- Name: FUNCTION people_changed(); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.people_changed() FROM PUBLIC;


--
-- Name: FUNCTION support_append(p_wait boolean, p_ids uuid[], p_tickets uuid[], p_senders uuid[], p_keys text[], p_bodies text[], p_internals boolean[], p_attachments jsonb[], p_based_ons bigint[], p_addresses inet[], p_user_agents text[]); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.support_append(p_wait boolean, p_ids uuid[], p_tickets uuid[], p_senders uuid[], p_keys text[], p_bodies text[], p_internals boolean[], p_attachments jsonb[], p_based_ons bigint[], p_addresses inet[], p_user_agents text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.support_append(p_wait boolean, p_ids uuid[], p_tickets uuid[], p_senders uuid[], p_keys text[], p_bodies text[], p_internals boolean[], p_attachments jsonb[], p_based_ons bigint[], p_addresses inet[], p_user_agents text[]) TO helpline_service;


--
-- Name: FUNCTION support_append_events(p_wait boolean, p_ids uuid[], p_tickets uuid[], p_senders uuid[], p_keys text[], p_bodies text[], p_internals boolean[], p_attachments jsonb[], p_based_ons bigint[], p_addresses inet[], p_user_agents text[]); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.support_append_events(p_wait boolean, p_ids uuid[], p_tickets uuid[], p_senders uuid[], p_keys text[], p_bodies text[], p_internals boolean[], p_attachments jsonb[], p_based_ons bigint[], p_addresses inet[], p_user_agents text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.support_append_events(p_wait boolean, p_ids uuid[], p_tickets uuid[], p_senders uuid[], p_keys text[], p_bodies text[], p_internals boolean[], p_attachments jsonb[], p_based_ons bigint[], p_addresses inet[], p_user_agents text[]) TO helpline_service;


--
-- Name: FUNCTION support_availability(p_fresh_ms bigint); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.support_availability(p_fresh_ms bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION public.support_availability(p_fresh_ms bigint) TO helpline_service;


--
-- Name: FUNCTION support_change_ticket(p_ticket uuid, p_status text, p_priority text, p_category text, p_assign boolean, p_assigned_to uuid); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.support_change_ticket(p_ticket uuid, p_status text, p_priority text, p_category text, p_assign boolean, p_assigned_to uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.support_change_ticket(p_ticket uuid, p_status text, p_priority text, p_category text, p_assign boolean, p_assigned_to uuid) TO helpline_customer;
GRANT ALL ON FUNCTION public.support_change_ticket(p_ticket uuid, p_status text, p_priority text, p_category text, p_assign boolean, p_assigned_to uuid) TO helpline_staff;


--
-- Name: FUNCTION support_create_ticket(p_id uuid, p_message uuid, p_key text, p_subject text, p_category text, p_priority text, p_description text, p_attachments jsonb, p_metadata jsonb); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.support_create_ticket(p_id uuid, p_message uuid, p_key text, p_subject text, p_category text, p_priority text, p_description text, p_attachments jsonb, p_metadata jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.support_create_ticket(p_id uuid, p_message uuid, p_key text, p_subject text, p_category text, p_priority text, p_description text, p_attachments jsonb, p_metadata jsonb) TO helpline_customer;
GRANT ALL ON FUNCTION public.support_create_ticket(p_id uuid, p_message uuid, p_key text, p_subject text, p_category text, p_priority text, p_description text, p_attachments jsonb, p_metadata jsonb) TO helpline_staff;


--
-- Name: FUNCTION support_current_address(); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.support_current_address() FROM PUBLIC;
GRANT ALL ON FUNCTION public.support_current_address() TO helpline_customer;
GRANT ALL ON FUNCTION public.support_current_address() TO helpline_staff;


--
-- Name: FUNCTION support_current_role(); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.support_current_role() FROM PUBLIC;
GRANT ALL ON FUNCTION public.support_current_role() TO helpline_customer;
GRANT ALL ON FUNCTION public.support_current_role() TO helpline_staff;


--
-- Name: FUNCTION support_current_user_agent(); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.support_current_user_agent() FROM PUBLIC;
GRANT ALL ON FUNCTION public.support_current_user_agent() TO helpline_customer;
GRANT ALL ON FUNCTION public.support_current_user_agent() TO helpline_staff;


--
-- Name: FUNCTION support_current_user_id(); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.support_current_user_id() FROM PUBLIC;
GRANT ALL ON FUNCTION public.support_current_user_id() TO helpline_customer;
GRANT ALL ON FUNCTION public.support_current_user_id() TO helpline_staff;


--
-- Name: FUNCTION support_delete_reply(p_id uuid); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.support_delete_reply(p_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.support_delete_reply(p_id uuid) TO helpline_customer;
GRANT ALL ON FUNCTION public.support_delete_reply(p_id uuid) TO helpline_staff;


--
-- Name: FUNCTION support_digest(p_is_internal boolean, p_body text, p_attachments jsonb); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.support_digest(p_is_internal boolean, p_body text, p_attachments jsonb) FROM PUBLIC;


--
-- Name: FUNCTION support_edit_message(p_ticket uuid, p_message uuid, p_body text); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.support_edit_message(p_ticket uuid, p_message uuid, p_body text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.support_edit_message(p_ticket uuid, p_message uuid, p_body text) TO helpline_customer;
GRANT ALL ON FUNCTION public.support_edit_message(p_ticket uuid, p_message uuid, p_body text) TO helpline_staff;


--
-- Name: FUNCTION support_public_name(p_name text); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.support_public_name(p_name text) FROM PUBLIC;


--
-- Name: TABLE people; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT SELECT ON TABLE public.people TO helpline_staff;


--
-- Name: COLUMN people.id; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT SELECT(id) ON TABLE public.people TO helpline_customer;


--
-- Name: COLUMN people.email; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT SELECT(email) ON TABLE public.people TO helpline_customer;


--
-- Name: COLUMN people.display_name; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT SELECT(display_name) ON TABLE public.people TO helpline_customer;


--
-- Name: TABLE support_messages; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT SELECT ON TABLE public.support_messages TO helpline_staff;


--
-- Name: COLUMN support_messages.id; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT SELECT(id),INSERT(id) ON TABLE public.support_messages TO helpline_customer;
GRANT INSERT(id) ON TABLE public.support_messages TO helpline_staff;


--
-- Name: COLUMN support_messages.ticket_id; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT SELECT(ticket_id),INSERT(ticket_id) ON TABLE public.support_messages TO helpline_customer;
GRANT INSERT(ticket_id) ON TABLE public.support_messages TO helpline_staff;


--
-- Name: COLUMN support_messages.sender_id; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT INSERT(sender_id) ON TABLE public.support_messages TO helpline_customer;
GRANT INSERT(sender_id) ON TABLE public.support_messages TO helpline_staff;


--
-- Name: COLUMN support_messages.sender_type; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT SELECT(sender_type),INSERT(sender_type) ON TABLE public.support_messages TO helpline_customer;
GRANT INSERT(sender_type) ON TABLE public.support_messages TO helpline_staff;


--
-- Name: COLUMN support_messages.body; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT SELECT(body),INSERT(body) ON TABLE public.support_messages TO helpline_customer;
GRANT INSERT(body) ON TABLE public.support_messages TO helpline_staff;


--
-- Name: COLUMN support_messages.is_internal; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT SELECT(is_internal) ON TABLE public.support_messages TO helpline_customer;
GRANT INSERT(is_internal) ON TABLE public.support_messages TO helpline_staff;


--
-- Name: COLUMN support_messages.attachments; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT SELECT(attachments),INSERT(attachments) ON TABLE public.support_messages TO helpline_customer;
GRANT INSERT(attachments) ON TABLE public.support_messages TO helpline_staff;


--
-- Name: COLUMN support_messages.key; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT SELECT(key),INSERT(key) ON TABLE public.support_messages TO helpline_customer;
GRANT INSERT(key) ON TABLE public.support_messages TO helpline_staff;


--
-- Name: COLUMN support_messages.created_at; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT SELECT(created_at) ON TABLE public.support_messages TO helpline_customer;


--
-- Name: COLUMN support_messages.edited_at; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT SELECT(edited_at) ON TABLE public.support_messages TO helpline_customer;


--
-- Name: COLUMN support_messages.redacted_at; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT SELECT(redacted_at) ON TABLE public.support_messages TO helpline_customer;


--
-- Name: TABLE support_ticket_activity; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT SELECT ON TABLE public.support_ticket_activity TO helpline_staff;


--
-- Name: COLUMN support_ticket_activity.ticket_id; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT SELECT(ticket_id) ON TABLE public.support_ticket_activity TO helpline_customer;


--
-- Name: COLUMN support_ticket_activity.public_seq; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT SELECT(public_seq) ON TABLE public.support_ticket_activity TO helpline_customer;


--
-- Name: COLUMN support_ticket_activity.kind; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT SELECT(kind) ON TABLE public.support_ticket_activity TO helpline_customer;


--
-- Name: COLUMN support_ticket_activity.actor_type; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT SELECT(actor_type) ON TABLE public.support_ticket_activity TO helpline_customer;


--
-- Name: COLUMN support_ticket_activity.public_actor_name; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT SELECT(public_actor_name) ON TABLE public.support_ticket_activity TO helpline_customer;


--
-- Name: COLUMN support_ticket_activity.public_old_value; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT SELECT(public_old_value) ON TABLE public.support_ticket_activity TO helpline_customer;


--
-- Name: COLUMN support_ticket_activity.public_new_value; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT SELECT(public_new_value) ON TABLE public.support_ticket_activity TO helpline_customer;


--
-- Name: COLUMN support_ticket_activity.message_id; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT SELECT(message_id) ON TABLE public.support_ticket_activity TO helpline_customer;


--
-- Name: COLUMN support_ticket_activity.created_at; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT SELECT(created_at) ON TABLE public.support_ticket_activity TO helpline_customer;


--
-- Name: TABLE support_events; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT SELECT ON TABLE public.support_events TO helpline_staff;


--
-- Name: FUNCTION support_events_after(p_tickets uuid[], p_after bigint[], p_limit integer); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.support_events_after(p_tickets uuid[], p_after bigint[], p_limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.support_events_after(p_tickets uuid[], p_after bigint[], p_limit integer) TO helpline_service;


--
-- Name: FUNCTION support_events_written(); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.support_events_written() FROM PUBLIC;
GRANT ALL ON FUNCTION public.support_events_written() TO helpline_service;


--
-- Name: FUNCTION support_find_tickets(p_patterns text[], p_numbers text[], p_limit integer); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.support_find_tickets(p_patterns text[], p_numbers text[], p_limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.support_find_tickets(p_patterns text[], p_numbers text[], p_limit integer) TO helpline_staff;


--
-- Name: FUNCTION support_forbid_change(); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.support_forbid_change() FROM PUBLIC;


--
-- Name: FUNCTION support_heads(p_tickets uuid[]); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.support_heads(p_tickets uuid[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.support_heads(p_tickets uuid[]) TO helpline_service;


--
-- Name: FUNCTION support_is_blocked(); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.support_is_blocked() FROM PUBLIC;
GRANT ALL ON FUNCTION public.support_is_blocked() TO helpline_customer;
GRANT ALL ON FUNCTION public.support_is_blocked() TO helpline_staff;


--
-- Name: FUNCTION support_is_over(p_status text); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.support_is_over(p_status text) FROM PUBLIC;


--
-- Name: FUNCTION support_is_staff(); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.support_is_staff() FROM PUBLIC;
GRANT ALL ON FUNCTION public.support_is_staff() TO helpline_customer;
GRANT ALL ON FUNCTION public.support_is_staff() TO helpline_staff;


--
-- Name: TABLE support_tickets; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT SELECT ON TABLE public.support_tickets TO helpline_staff;


--
-- Name: COLUMN support_tickets.id; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT SELECT(id),INSERT(id) ON TABLE public.support_tickets TO helpline_customer;


--
-- Name: COLUMN support_tickets.ticket_number; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT SELECT(ticket_number) ON TABLE public.support_tickets TO helpline_customer;


--
-- Name: COLUMN support_tickets.user_id; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT SELECT(user_id),INSERT(user_id) ON TABLE public.support_tickets TO helpline_customer;


--
-- Name: COLUMN support_tickets.subject; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT SELECT(subject),INSERT(subject) ON TABLE public.support_tickets TO helpline_customer;
GRANT UPDATE(subject) ON TABLE public.support_tickets TO helpline_staff;


--
-- Name: COLUMN support_tickets.category; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT SELECT(category),INSERT(category) ON TABLE public.support_tickets TO helpline_customer;
GRANT UPDATE(category) ON TABLE public.support_tickets TO helpline_staff;


--
-- Name: COLUMN support_tickets.priority; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT SELECT(priority),INSERT(priority) ON TABLE public.support_tickets TO helpline_customer;
GRANT UPDATE(priority) ON TABLE public.support_tickets TO helpline_staff;


--
-- Name: COLUMN support_tickets.status; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT SELECT(status) ON TABLE public.support_tickets TO helpline_customer;
GRANT UPDATE(status) ON TABLE public.support_tickets TO helpline_staff;


--
-- Name: COLUMN support_tickets.assigned_to; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT UPDATE(assigned_to) ON TABLE public.support_tickets TO helpline_staff;


--
-- Name: COLUMN support_tickets.assignee_name; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT SELECT(assignee_name) ON TABLE public.support_tickets TO helpline_customer;


--
-- Name: COLUMN support_tickets.satisfaction_rating; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT SELECT(satisfaction_rating),UPDATE(satisfaction_rating) ON TABLE public.support_tickets TO helpline_customer;


--
-- Name: COLUMN support_tickets.satisfaction_comment; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT SELECT(satisfaction_comment),UPDATE(satisfaction_comment) ON TABLE public.support_tickets TO helpline_customer;


--
-- Name: COLUMN support_tickets.resolved_at; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT SELECT(resolved_at) ON TABLE public.support_tickets TO helpline_customer;


--
-- Name: COLUMN support_tickets.closed_at; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT SELECT(closed_at) ON TABLE public.support_tickets TO helpline_customer;


--
-- Name: COLUMN support_tickets.archived_at; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT SELECT(archived_at) ON TABLE public.support_tickets TO helpline_customer;


--
-- Name: COLUMN support_tickets.legal_hold; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT UPDATE(legal_hold) ON TABLE public.support_tickets TO helpline_staff;


--
-- Name: COLUMN support_tickets.metadata; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT UPDATE(metadata) ON TABLE public.support_tickets TO helpline_staff;


--
-- Name: COLUMN support_tickets.customer_email; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT SELECT(customer_email) ON TABLE public.support_tickets TO helpline_customer;


--
-- Name: COLUMN support_tickets.key; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT SELECT(key),INSERT(key) ON TABLE public.support_tickets TO helpline_customer;


--
-- Name: COLUMN support_tickets.created_at; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT SELECT(created_at) ON TABLE public.support_tickets TO helpline_customer;


--
-- Name: COLUMN support_tickets.search_text; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT SELECT(search_text) ON TABLE public.support_tickets TO helpline_customer;


--
-- Name: FUNCTION support_lock_ticket(p_ticket uuid, OUT ticket public.support_tickets, OUT side text); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.support_lock_ticket(p_ticket uuid, OUT ticket public.support_tickets, OUT side text) FROM PUBLIC;


--
-- Name: FUNCTION support_mark_read(p_tickets uuid[], p_people uuid[], p_audiences text[], p_seqs bigint[]); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.support_mark_read(p_tickets uuid[], p_people uuid[], p_audiences text[], p_seqs bigint[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.support_mark_read(p_tickets uuid[], p_people uuid[], p_audiences text[], p_seqs bigint[]) TO helpline_service;


--
-- Name: FUNCTION support_messages_before_update(); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.support_messages_before_update() FROM PUBLIC;


--
-- Name: FUNCTION support_messages_log_inserted(); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.support_messages_log_inserted() FROM PUBLIC;


--
-- Name: FUNCTION support_messages_log_updated(); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.support_messages_log_updated() FROM PUBLIC;


--
-- Name: FUNCTION support_note_seen(p_users uuid[], p_older_than_ms bigint); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.support_note_seen(p_users uuid[], p_older_than_ms bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION public.support_note_seen(p_users uuid[], p_older_than_ms bigint) TO helpline_service;


--
-- Name: FUNCTION support_open(p_id uuid, p_number text); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.support_open(p_id uuid, p_number text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.support_open(p_id uuid, p_number text) TO helpline_service;


--
-- Name: FUNCTION support_open_all(p_tickets uuid[]); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.support_open_all(p_tickets uuid[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.support_open_all(p_tickets uuid[]) TO helpline_service;


--
-- Name: FUNCTION support_open_by_number(p_numbers text[]); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.support_open_by_number(p_numbers text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.support_open_by_number(p_numbers text[]) TO helpline_service;


--
-- Name: FUNCTION support_places(p_tickets uuid[], p_readers uuid[], p_audiences text[]); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.support_places(p_tickets uuid[], p_readers uuid[], p_audiences text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.support_places(p_tickets uuid[], p_readers uuid[], p_audiences text[]) TO helpline_service;


--
-- Name: FUNCTION support_rate_ticket(p_ticket uuid, p_rating integer, p_comment text); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.support_rate_ticket(p_ticket uuid, p_rating integer, p_comment text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.support_rate_ticket(p_ticket uuid, p_rating integer, p_comment text) TO helpline_customer;
GRANT ALL ON FUNCTION public.support_rate_ticket(p_ticket uuid, p_rating integer, p_comment text) TO helpline_staff;


--
-- Name: TABLE support_ticket_tallies; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT SELECT ON TABLE public.support_ticket_tallies TO helpline_staff;


--
-- Name: TABLE support_ticket_tally_deltas; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT SELECT ON TABLE public.support_ticket_tally_deltas TO helpline_staff;


--
-- Name: TABLE support_ticket_stats; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT SELECT ON TABLE public.support_ticket_stats TO helpline_staff;


--
-- Name: FUNCTION support_read_stats(); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.support_read_stats() FROM PUBLIC;
GRANT ALL ON FUNCTION public.support_read_stats() TO helpline_service;


--
-- Name: FUNCTION support_reads_of_ticket(p_ticket uuid); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.support_reads_of_ticket(p_ticket uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.support_reads_of_ticket(p_ticket uuid) TO helpline_service;


--
-- Name: FUNCTION support_record_access(p_users uuid[], p_actions text[], p_tickets uuid[], p_refused text[], p_addresses inet[], p_user_agents text[], p_details jsonb[]); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.support_record_access(p_users uuid[], p_actions text[], p_tickets uuid[], p_refused text[], p_addresses inet[], p_user_agents text[], p_details jsonb[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.support_record_access(p_users uuid[], p_actions text[], p_tickets uuid[], p_refused text[], p_addresses inet[], p_user_agents text[], p_details jsonb[]) TO helpline_service;


--
-- Name: FUNCTION support_redact_message(p_ticket uuid, p_message uuid); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.support_redact_message(p_ticket uuid, p_message uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.support_redact_message(p_ticket uuid, p_message uuid) TO helpline_customer;
GRANT ALL ON FUNCTION public.support_redact_message(p_ticket uuid, p_message uuid) TO helpline_staff;


--
-- Name: FUNCTION support_refuse(p_code text); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.support_refuse(p_code text) FROM PUBLIC;


--
-- Name: FUNCTION support_refuse_size(); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.support_refuse_size() FROM PUBLIC;


--
-- Name: FUNCTION support_require_admin(); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.support_require_admin() FROM PUBLIC;


--
-- Name: FUNCTION support_require_user(); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.support_require_user() FROM PUBLIC;


--
-- Name: FUNCTION support_roll_up_tallies(); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.support_roll_up_tallies() FROM PUBLIC;
GRANT ALL ON FUNCTION public.support_roll_up_tallies() TO helpline_service;


--
-- Name: TABLE support_history; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT SELECT ON TABLE public.support_history TO helpline_staff;


--
-- Name: FUNCTION support_rows_after(p_tickets uuid[], p_after bigint[], p_limit integer); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.support_rows_after(p_tickets uuid[], p_after bigint[], p_limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.support_rows_after(p_tickets uuid[], p_after bigint[], p_limit integer) TO helpline_service;


--
-- Name: FUNCTION support_rows_written(); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.support_rows_written() FROM PUBLIC;
GRANT ALL ON FUNCTION public.support_rows_written() TO helpline_service;


--
-- Name: TABLE support_saved_replies; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT SELECT ON TABLE public.support_saved_replies TO helpline_staff;


--
-- Name: FUNCTION support_save_reply(p_id uuid, p_shortcut text, p_title text, p_body text, p_replies_max integer); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.support_save_reply(p_id uuid, p_shortcut text, p_title text, p_body text, p_replies_max integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.support_save_reply(p_id uuid, p_shortcut text, p_title text, p_body text, p_replies_max integer) TO helpline_customer;
GRANT ALL ON FUNCTION public.support_save_reply(p_id uuid, p_shortcut text, p_title text, p_body text, p_replies_max integer) TO helpline_staff;


--
-- Name: FUNCTION support_saved_replies_recorded(); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.support_saved_replies_recorded() FROM PUBLIC;


--
-- Name: FUNCTION support_search_tickets(p_patterns text[], p_number text, p_limit integer); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.support_search_tickets(p_patterns text[], p_number text, p_limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.support_search_tickets(p_patterns text[], p_number text, p_limit integer) TO helpline_staff;


--
-- Name: FUNCTION support_set_role(p_user uuid, p_role text); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.support_set_role(p_user uuid, p_role text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.support_set_role(p_user uuid, p_role text) TO helpline_staff;
GRANT ALL ON FUNCTION public.support_set_role(p_user uuid, p_role text) TO helpline_customer;


--
-- Name: FUNCTION support_set_setting(p_name text, p_value jsonb); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.support_set_setting(p_name text, p_value jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.support_set_setting(p_name text, p_value jsonb) TO helpline_customer;
GRANT ALL ON FUNCTION public.support_set_setting(p_name text, p_value jsonb) TO helpline_staff;


--
-- Name: FUNCTION support_settings_recorded(); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.support_settings_recorded() FROM PUBLIC;


--
-- Name: FUNCTION support_sign_in(p_user uuid, p_email text, p_name text); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.support_sign_in(p_user uuid, p_email text, p_name text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.support_sign_in(p_user uuid, p_email text, p_name text) TO helpline_service;


--
-- Name: FUNCTION support_sign_in_all(p_users uuid[], p_emails text[], p_names text[]); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.support_sign_in_all(p_users uuid[], p_emails text[], p_names text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.support_sign_in_all(p_users uuid[], p_emails text[], p_names text[]) TO helpline_service;


--
-- Name: FUNCTION support_standing(p_users uuid[]); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.support_standing(p_users uuid[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.support_standing(p_users uuid[]) TO helpline_service;


--
-- Name: TABLE support_read_positions; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT SELECT ON TABLE public.support_read_positions TO helpline_staff;


--
-- Name: COLUMN support_read_positions.ticket_id; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT SELECT(ticket_id) ON TABLE public.support_read_positions TO helpline_customer;


--
-- Name: COLUMN support_read_positions.person_id; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT SELECT(person_id) ON TABLE public.support_read_positions TO helpline_customer;


--
-- Name: COLUMN support_read_positions.public_seq; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT SELECT(public_seq) ON TABLE public.support_read_positions TO helpline_customer;


--
-- Name: TABLE support_ticket_heads; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT SELECT ON TABLE public.support_ticket_heads TO helpline_staff;


--
-- Name: COLUMN support_ticket_heads.ticket_id; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT SELECT(ticket_id) ON TABLE public.support_ticket_heads TO helpline_customer;


--
-- Name: COLUMN support_ticket_heads.public_seq; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT SELECT(public_seq) ON TABLE public.support_ticket_heads TO helpline_customer;


--
-- Name: COLUMN support_ticket_heads.public_last_activity_at; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT SELECT(public_last_activity_at) ON TABLE public.support_ticket_heads TO helpline_customer;


--
-- Name: TABLE support_tickets_for_staff; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT SELECT ON TABLE public.support_tickets_for_staff TO helpline_staff;


--
-- Name: FUNCTION support_summaries(p_tickets uuid[]); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.support_summaries(p_tickets uuid[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.support_summaries(p_tickets uuid[]) TO helpline_service;


--
-- Name: FUNCTION support_sweep(p_since text); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.support_sweep(p_since text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.support_sweep(p_since text) TO helpline_service;


--
-- Name: FUNCTION support_tally_of(p_status text, p_priority text, p_assigned_to uuid, p_archived_at timestamp with time zone, p_created_at timestamp with time zone, p_resolved_at timestamp with time zone, p_closed_at timestamp with time zone, p_rating integer); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.support_tally_of(p_status text, p_priority text, p_assigned_to uuid, p_archived_at timestamp with time zone, p_created_at timestamp with time zone, p_resolved_at timestamp with time zone, p_closed_at timestamp with time zone, p_rating integer) FROM PUBLIC;


--
-- Name: FUNCTION support_tickets_before_insert(); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.support_tickets_before_insert() FROM PUBLIC;


--
-- Name: FUNCTION support_tickets_before_update(); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.support_tickets_before_update() FROM PUBLIC;


--
-- Name: FUNCTION support_tickets_log_inserted(); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.support_tickets_log_inserted() FROM PUBLIC;


--
-- Name: FUNCTION support_tickets_log_updated(); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.support_tickets_log_updated() FROM PUBLIC;


--
-- Name: FUNCTION support_tickets_over_changed(); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.support_tickets_over_changed() FROM PUBLIC;


--
-- Name: FUNCTION support_tickets_tally(); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.support_tickets_tally() FROM PUBLIC;


--
-- Name: FUNCTION support_write_history(p_tickets uuid[], p_kinds text[], p_actors uuid[], p_actor_types text[], p_old_values text[], p_new_values text[], p_public_old_values text[], p_public_new_values text[], p_descriptions text[], p_messages uuid[], p_metadata jsonb[]); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.support_write_history(p_tickets uuid[], p_kinds text[], p_actors uuid[], p_actor_types text[], p_old_values text[], p_new_values text[], p_public_old_values text[], p_public_new_values text[], p_descriptions text[], p_messages uuid[], p_metadata jsonb[]) FROM PUBLIC;


--
-- Name: FUNCTION update_ticket_status(p_ticket_id uuid, p_new_status text); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.update_ticket_status(p_ticket_id uuid, p_new_status text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.update_ticket_status(p_ticket_id uuid, p_new_status text) TO helpline_customer;
GRANT ALL ON FUNCTION public.update_ticket_status(p_ticket_id uuid, p_new_status text) TO helpline_staff;


--
-- Name: FUNCTION user_roles_recorded(); Type: ACL; Schema: public; Owner: helpline_owner
--

REVOKE ALL ON FUNCTION public.user_roles_recorded() FROM PUBLIC;


--
-- Name: TABLE access_log; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT SELECT ON TABLE public.access_log TO helpline_staff;


--
-- Name: TABLE support_activity_kinds; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT SELECT ON TABLE public.support_activity_kinds TO helpline_staff;


--
-- Name: TABLE support_history_for_customer; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT SELECT ON TABLE public.support_history_for_customer TO helpline_customer;


--
-- Name: TABLE support_message_moves; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT SELECT ON TABLE public.support_message_moves TO helpline_staff;


--
-- Name: TABLE support_settings; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT SELECT ON TABLE public.support_settings TO helpline_staff;


--
-- Name: TABLE support_status_moves; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT SELECT ON TABLE public.support_status_moves TO helpline_staff;


--
-- Name: TABLE support_tickets_for_customer; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT SELECT ON TABLE public.support_tickets_for_customer TO helpline_customer;


--
-- Name: TABLE user_roles; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT SELECT ON TABLE public.user_roles TO helpline_staff;


--
-- Name: COLUMN user_roles.user_id; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT SELECT(user_id) ON TABLE public.user_roles TO helpline_customer;


--
-- Name: COLUMN user_roles.role; Type: ACL; Schema: public; Owner: helpline_owner
--

GRANT SELECT(role) ON TABLE public.user_roles TO helpline_customer;


--
-- Name: DEFAULT PRIVILEGES FOR FUNCTIONS; Type: DEFAULT ACL; Schema: -; Owner: helpline_owner
--

ALTER DEFAULT PRIVILEGES FOR ROLE helpline_owner REVOKE ALL ON FUNCTIONS  FROM PUBLIC;


--
-- PostgreSQL database dump complete
--


