-- Appends newer source rows to adopted tickets that were already changed in this desk. Nothing that stands there is numbered again. These events are
-- news for the sweep and for consumers. The given numbers of events and positions count from the head. For administrators of the database, acting as
-- the owner: no role has a grant on this function.
create or replace function adopt_append(p_people jsonb, p_ticket jsonb) returns void
language plpgsql
set search_path = pg_catalog, {schema}, pg_temp
as $$
declare
  v_ticket constant uuid := (p_ticket -> 'ticket' ->> 'id')::uuid;
  h support_ticket_heads;
  v_events jsonb;
  v_answered_at timestamptz;
  v_asked_at timestamptz;
begin
  if not pg_has_role(session_user, '{owner}'::regrole, 'member') or support_names_subject() then
    perform support_refuse('forbidden');
  end if;
  perform adopt_people(p_people);
  perform 1 from support_tickets t where t.id = v_ticket for no key update;
  select x.* into h from support_ticket_heads x where x.ticket_id = v_ticket;
  select jsonb_agg(e || jsonb_build_object('seq', h.seq + (e ->> 'seq')::bigint, 'public_seq', h.public_seq + (e ->> 'public_seq')::bigint))
  into v_events
  from jsonb_array_elements(p_ticket -> 'events') e;
  if v_events is not null then
    perform set_config('helpline.adopting', 'on', true);
    perform adopt_write_rows(jsonb_build_array(p_ticket || jsonb_build_object('events', v_events)), pg_current_xact_id());
    update support_tickets t
    set first_response_at = n.first_response_at
    from (select min(m.created_at) as first_response_at
          from jsonb_to_recordset(p_ticket -> 'messages') m (sender_type text, is_internal boolean, created_at timestamptz)
          where m.sender_type = 'admin' and not m.is_internal) n
    where t.id = v_ticket and t.first_response_at is null and n.first_response_at is not null;
    perform set_config('helpline.adopting', '', true);
    -- As for other messages: the customer waits since the first message that is not answered.
    select max(m.created_at) into v_answered_at
    from jsonb_to_recordset(p_ticket -> 'messages') m (sender_type text, is_internal boolean, created_at timestamptz)
    where m.sender_type = 'admin' and not m.is_internal;
    select min(m.created_at) into v_asked_at
    from jsonb_to_recordset(p_ticket -> 'messages') m (sender_type text, is_internal boolean, created_at timestamptz)
    where m.sender_type = 'customer' and not m.is_internal and m.created_at > coalesce(v_answered_at, '-infinity');
    update support_ticket_heads x
    set seq = x.seq + n.events, public_seq = x.public_seq + n.public, last_activity_at = greatest(x.last_activity_at, now()),
        public_last_activity_at = case when n.public > 0 then greatest(x.public_last_activity_at, now()) else x.public_last_activity_at end,
        waiting_since = case when x.is_over then x.waiting_since
                             when v_answered_at is null then coalesce(x.waiting_since, v_asked_at)
                             else v_asked_at end
    from (select count(*) as events, count(e ->> 'public_seq') as public from jsonb_array_elements(v_events) e) n
    where x.ticket_id = v_ticket;
  end if;
  update adopted_tickets a set digest = p_ticket ->> 'digest' where a.ticket_id = v_ticket;
end
$$;
