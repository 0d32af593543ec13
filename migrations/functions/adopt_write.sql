-- Stores adopted tickets with their messages and histories exactly as given, which the triggers of these tables would change. For administrators of
-- the database, acting as the owner: no role has a grant on this function.
--
-- Only this function and `adopt_append` set `helpline.adopting`, with which the triggers that number messages and write events do not run. Any session can
-- set it. Therefore the triggers obey it only if the current user is the owner, no other trigger is running, and the session's own role is a member of
-- the owner, which the service is not. An adopted event has the oldest possible transaction number, so that neither the sweep nor a consumer takes it
-- for news.
create or replace function adopt_write(p_people jsonb, p_tickets jsonb, p_source text, p_now timestamptz) returns integer
language plpgsql
set search_path = pg_catalog, {schema}, pg_temp
as $$
declare
  v_written integer;
begin
  if not pg_has_role(session_user, '{owner}'::regrole, 'member') or support_names_subject() then
    perform support_refuse('forbidden');
  end if;
  perform adopt_people(p_people);
  -- From here on, these people keep their roles until the end of the transaction.
  if exists (
    select 1
    from (select distinct (j -> 'ticket' ->> 'assigned_to')::uuid as id
          from jsonb_array_elements(p_tickets) j
          where j -> 'ticket' ->> 'status' not in ('resolved', 'closed') and j -> 'ticket' ->> 'assigned_to' is not null) a
    where not support_can_be_assigned(a.id)
  ) then
    raise exception 'a member of staff lost a role meanwhile: run the step again' using errcode = 'object_not_in_prerequisite_state';
  end if;

  perform set_config('helpline.adopting', 'on', true);
  insert into support_tickets (id, ticket_number, user_id, subject, category, priority, status, assigned_to, assigned_at, satisfaction_rating,
    satisfaction_comment, first_response_at, resolved_at, closed_at, archived_at, ip_address, user_agent, metadata, created_at, updated_at)
  select x.id, x.ticket_number, x.user_id, x.subject, x.category, x.priority, x.status, x.assigned_to, x.assigned_at, x.satisfaction_rating,
         x.satisfaction_comment, x.first_response_at, x.resolved_at, x.closed_at, x.archived_at, x.ip_address, x.user_agent, x.metadata,
         x.created_at, x.updated_at
  from jsonb_array_elements(p_tickets) j
  cross join lateral jsonb_to_record(j -> 'ticket') as x (id uuid, ticket_number text, user_id uuid, subject text, category text, priority text,
    status text, assigned_to uuid, assigned_at timestamptz, satisfaction_rating integer, satisfaction_comment text, first_response_at timestamptz,
    resolved_at timestamptz, closed_at timestamptz, archived_at timestamptz, ip_address inet, user_agent text, metadata jsonb,
    created_at timestamptz, updated_at timestamptz)
  order by x.id;
  get diagnostics v_written = row_count;

  insert into support_ticket_heads (ticket_id, seq, public_seq, last_activity_at, public_last_activity_at, is_over, waiting_since)
  select x.ticket_id, x.seq, x.public_seq, x.last_activity_at, x.public_last_activity_at, x.is_over, x.waiting_since
  from jsonb_array_elements(p_tickets) j
  cross join lateral jsonb_to_record(j -> 'head') as x (ticket_id uuid, seq bigint, public_seq bigint, last_activity_at timestamptz,
    public_last_activity_at timestamptz, is_over boolean, waiting_since timestamptz);

  insert into adopted_tickets as a (ticket_id, source, digest, written_digest, row_digests, owners, seq, adopted_at)
  select (j -> 'ticket' ->> 'id')::uuid, p_source, j ->> 'digest', j ->> 'digest', j -> 'row_digests', array[(j -> 'ticket' ->> 'user_id')::uuid],
         (j -> 'head' ->> 'seq')::bigint, p_now
  from jsonb_array_elements(p_tickets) j
  on conflict on constraint adopted_tickets_pkey do update
  set source = excluded.source, digest = excluded.digest, written_digest = excluded.written_digest, row_digests = excluded.row_digests, seq = excluded.seq, adopted_at = excluded.adopted_at,
      owners = case when excluded.owners <@ a.owners then a.owners else a.owners || excluded.owners end, deleted_at = null;

  perform adopt_write_rows(p_tickets, '3');
  perform set_config('helpline.adopting', '', true);
  return v_written;
end
$$;
