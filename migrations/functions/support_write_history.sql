-- Appends events to the histories of tickets, in the given order. It is used for all events except new messages. The lock is taken in a separate
-- statement, so that the statement that numbers the events has a snapshot younger than the lock.
create or replace function support_write_history(
  p_tickets uuid[], p_kinds text[], p_actors uuid[], p_actor_types text[], p_old_values text[], p_new_values text[],
  p_public_old_values text[], p_public_new_values text[], p_descriptions text[], p_messages uuid[], p_metadata jsonb[]
) returns void
language plpgsql
set search_path = pg_catalog, {schema}, pg_temp
set plan_cache_mode = force_custom_plan
as $$
declare
  v_at constant timestamptz := clock_timestamp();
  v_cluster constant bigint := helpline_cluster();
  v_cause constant jsonb := support_cause();
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
         support_current_address(), support_current_user_agent(), coalesce(n.metadata, '{}') || v_cause, v_cluster, v_at
  from numbered n
  left join people p on p.id = n.actor_id;

  get diagnostics v_written = row_count;
  if v_written <> cardinality(p_tickets) then
    raise exception 'a ticket without a head, or an unknown kind: % of % rows numbered', v_written, cardinality(p_tickets);
  end if;
end
$$;
