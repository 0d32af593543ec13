-- Updates the columns that depend on other columns, and refuses a status change that `support_status_transitions` does not allow. A status change
-- that is caused by a message was already checked against `support_message_transitions` by the messages' trigger.
create or replace function support_tickets_before_update() returns trigger
language plpgsql security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
declare
  -- Columns that follow people, and what is computed from them.
  c_copies constant text[] := array['customer_email', 'assignee_name', 'search_folded', 'search_text'];
  v_user constant uuid := support_current_user_id();
  v_by text := 'system';
begin
  if old.search_folded is null and new.search_folded is not null then
    -- This update is made by the backfill of `search_folded`, which only the owner runs. Change no other column.
    old.search_folded := support_fold(concat_ws(' ', old.ticket_number, old.subject, old.customer_email));
    return old;
  end if;
  if (new.id, new.ticket_number, new.user_id, new.created_at) is distinct from (old.id, old.ticket_number, old.user_id, old.created_at) then
    raise exception 'a ticket keeps its id, number, owner and time of opening' using errcode = 'check_violation';
  end if;
  if v_user is not null then
    v_by := case when v_user = old.user_id then 'customer' else 'admin' end;
    -- In a direct update, a customer may change only the status and the rating. At a greater trigger depth, the update is made by the trigger of a
    -- message.
    if v_by = 'customer' and pg_trigger_depth() = 1
       and (new.subject, new.category, new.priority, new.assigned_to, new.assigned_at, new.assignee_name, new.first_response_at, new.archived_at,
            new.legal_hold, new.metadata, new.customer_email, new.ip_address, new.user_agent, new.key, new.key_digest)
         is distinct from
           (old.subject, old.category, old.priority, old.assigned_to, old.assigned_at, old.assignee_name, old.first_response_at, old.archived_at,
            old.legal_hold, old.metadata, old.customer_email, old.ip_address, old.user_agent, old.key, old.key_digest) then
      perform support_refuse('forbidden');
    end if;
    -- Allow only these changes to an archived ticket: setting or lifting a legal hold, and a redaction of its subject, its rating comment or its
    -- `key_digest`.
    if old.archived_at is not null
       and ((new.status, new.priority, new.category, new.assigned_to, new.satisfaction_rating, new.metadata)
              is distinct from (old.status, old.priority, old.category, old.assigned_to, old.satisfaction_rating, old.metadata)
            or (new.subject <> old.subject and not (new.subject = '[redacted]' and coalesce(support_current_role() = 'admin', false)))
            or coalesce(new.satisfaction_comment, old.satisfaction_comment) is distinct from old.satisfaction_comment) then
      perform support_refuse('ticket_archived');
    end if;
  end if;
  if new.legal_hold <> old.legal_hold then
    -- Only admins decide about legal holds. `legal_hold_set` and `legal_hold_release` have changed `legal_holds` before this update. Other SQL changes
    -- only the flag, so that its hold is recorded here.
    if v_user is not null and support_current_role() is distinct from 'admin' then
      perform support_refuse('forbidden');
    elsif new.legal_hold and not support_is_held(new.id, null) then
      perform support_hold_by_sql(array[new.id]);
    elsif not new.legal_hold then
      if exists (select 1 from legal_holds h where h.ticket_id = new.id and h.released_at is null and not h.by_sql) then
        perform support_refuse('legal_hold');
      end if;
      update legal_holds h set released_at = clock(), released_by = v_user where h.ticket_id = new.id and h.released_at is null;
    end if;
  end if;
  if new.status <> old.status then
    if not (pg_trigger_depth() > 1 and coalesce(nullif(current_setting('helpline.movers', true), '')::jsonb ? new.id::text, false))
       and not exists (select 1 from support_status_transitions m
                       where m.actor_type = v_by and m.from_status = old.status and m.to_status = new.status) then
      perform support_refuse('invalid_move');
    end if;
    if new.status = 'resolved' then
      new.resolved_at := case when support_is_importing() then coalesce(new.resolved_at, now()) else now() end;
    elsif new.status = 'closed' then
      new.closed_at := case when support_is_importing() then coalesce(new.closed_at, now()) else now() end;
    else
      new.resolved_at := null;
      new.closed_at := null;
    end if;
  end if;
  if new.assigned_to is not distinct from old.assigned_to
     and new.archived_at is null and not support_is_over(new.status) and (old.archived_at is not null or support_is_over(old.status))
     and not support_can_be_assigned(new.assigned_to) then
    -- The ticket becomes active again, but its assignee can no longer work on tickets. Unassign it.
    new.assigned_to := null;
  end if;
  if new.assigned_to is distinct from old.assigned_to then
    if new.assigned_to is not null and (new.assigned_to = new.user_id or not support_can_be_assigned(new.assigned_to)) then
      perform support_refuse('invalid_field');
    end if;
    new.assigned_at := case when new.assigned_to is not null then now() end;
    new.assignee_name := (select p.first_name from people p where p.id = new.assigned_to);
  end if;
  if v_by = 'customer' and old.status not in ('resolved', 'closed')
     and (new.satisfaction_rating, new.satisfaction_comment) is distinct from (old.satisfaction_rating, old.satisfaction_comment) then
    perform support_refuse('not_ratable');
  end if;
  new.search_folded := old.search_folded;
  if old.search_folded is null or (new.subject, new.customer_email) is distinct from (old.subject, old.customer_email) then
    new.search_folded := support_fold(concat_ws(' ', new.ticket_number, new.subject, new.customer_email));
  end if;
  -- Names and addresses of people are copies: a new one is no change of the ticket.
  if (new.customer_email, new.assignee_name) is not distinct from (old.customer_email, old.assignee_name)
     or to_jsonb(new) - c_copies is distinct from to_jsonb(old) - c_copies then
    new.updated_at := now();
  end if;
  return new;
end
$$;
