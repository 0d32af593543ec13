-- Trigger function that adds one event for each changed column of an updated ticket, in a fixed order. It uses custom query plans, because a normal
-- update changes one ticket and a retention run changes thousands.
create or replace function support_tickets_log_updated() returns trigger
language plpgsql security definer
set search_path = pg_catalog, {schema}, pg_temp
set plan_cache_mode = force_custom_plan
-- Switch hash joins on again, because the messages' trigger, which calls this function through its update, switches them off. Without hash joins,
-- Postgres compares each old row with every new row.
set enable_hashjoin = on
as $$
declare
  v_user constant uuid := support_current_user_id();
  -- Maps each ticket that a message changes to the message's sender. At a trigger depth above 1, only the trigger of the messages can have set
  -- `helpline.movers`.
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
         array_agg(case when not (c.kind = 'unassigned' and a.was_left) then a.actor_id end order by n.id, c.rank),
         array_agg(case when c.kind = 'unassigned' and a.was_left then 'system' else a.actor_type end order by n.id, c.rank),
         array_agg(c.old_value order by n.id, c.rank), array_agg(c.new_value order by n.id, c.rank),
         array_agg(c.public_old_value order by n.id, c.rank), array_agg(c.public_new_value order by n.id, c.rank),
         array_agg(c.description order by n.id, c.rank)
  into v_tickets, v_kinds, v_actors, v_actor_types, v_olds, v_news, v_public_olds, v_public_news, v_descriptions
  from changed n
  join before o on o.id = n.id
  cross join lateral (
    select coalesce((v_movers -> n.id::text ->> 'id')::uuid, v_user),
           coalesce(v_movers -> n.id::text ->> 'type',
                    case when v_user is null then 'system' when v_user = n.user_id then 'customer' else 'admin' end),
           -- True if the ticket becomes active again but its assignee can no longer work on tickets. The event must then show that the system, and no
           -- person, unassigned the ticket.
           n.assigned_to is null and o.assigned_to is not null and not support_is_over(n.status)
             and (support_is_over(o.status) or o.archived_at is not null) and not support_can_be_assigned(o.assigned_to)
  ) a (actor_id, actor_type, was_left)
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
     (n.satisfaction_rating, n.satisfaction_comment) is distinct from (o.satisfaction_rating, o.satisfaction_comment)
       -- A redaction adds its own event, so add none here. The setting `helpline.redacting` counts only for callers other than the ticket's customer;
       -- staff and the system have no privilege on the rating columns and can change them only by a redaction.
       and not (coalesce(current_setting('helpline.redacting', true), '') = 'on' and n.user_id is distinct from v_user)),
    (6, 'archived', null, null, null, null, null, o.archived_at is null and n.archived_at is not null),
    (7, 'logged', o.subject, n.subject, null, null, 'subject changed', n.subject <> o.subject),
    (8, 'logged', o.legal_hold::text, n.legal_hold::text, null, null, 'legal hold changed', n.legal_hold <> o.legal_hold),
    (9, 'logged', null, null, null, null, 'taken out of the archive', o.archived_at is not null and n.archived_at is null),
    (10, 'logged', o.metadata::text, n.metadata::text, null, null, 'metadata changed', n.metadata <> o.metadata)
  ) c (rank, kind, old_value, new_value, public_old_value, public_new_value, description, happened)
  where c.happened;

  if v_tickets is not null then
    perform support_write_history(v_tickets, v_kinds, v_actors, v_actor_types, v_olds, v_news, v_public_olds, v_public_news,
      v_descriptions, array_fill(null::uuid, array[cardinality(v_tickets)]), array_fill(null::jsonb, array[cardinality(v_tickets)]));
  end if;
  return null;
end
$$;
