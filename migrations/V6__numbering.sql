-- How rows get their places: under the ticket's lock, from its head, set-based. Only triggers and the few functions here write history.
-- Under traffic: new functions only; safe.

set local role helpline_owner;

-- Appends rows to histories, in the order given. Off the hot path: everything but new messages goes through here.
-- The lock is one statement and the numbering the next, so that the numbering's snapshot is younger than the lock.
create function support_write_history(
  p_tickets uuid[], p_kinds text[], p_actors uuid[], p_actor_types text[], p_old_values text[], p_new_values text[],
  p_public_old_values text[], p_public_new_values text[], p_descriptions text[], p_messages uuid[], p_metadata jsonb[]
) returns void
language plpgsql
set search_path = pg_catalog, public, pg_temp
set plan_cache_mode = force_custom_plan
as $$
declare
  v_at constant timestamptz := clock_timestamp();
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
    public_old_value, public_new_value, description, message_id, ip_address, user_agent, metadata, created_at)
  select n.ticket_id, n.seq, case when n.is_public then n.place end, n.kind, n.actor_id, n.actor_type,
         case n.actor_type when 'customer' then p.display_name when 'admin' then p.first_name end,
         n.old_value, n.new_value, n.public_old_value, n.public_new_value, n.description, n.message_id,
         support_current_address(), support_current_user_agent(), coalesce(n.metadata, '{}'), v_at
  from numbered n
  left join people p on p.id = n.actor_id;

  get diagnostics v_written = row_count;
  if v_written <> cardinality(p_tickets) then
    raise exception 'a ticket without a head, or an unknown kind: % of % rows numbered', v_written, cardinality(p_tickets);
  end if;
end
$$;

-- Who a helper function acts for. Null only for administrators of the database, who act as the system; anybody else must bear claims.
create function support_require_user() returns uuid
language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
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

-- Records something for the team, as the original's function did; as kind `logged`, so that no other kind can be forged by it.
create function log_ticket_activity(
  p_ticket_id uuid, p_activity_type text, p_old_value text default null, p_new_value text default null,
  p_description text default null, p_metadata jsonb default '{}'
) returns void
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
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

reset role;
