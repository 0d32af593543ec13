-- Stores the messages, events, read positions and originals of adopted tickets, with the door of `adopt_write` open.
create or replace function adopt_write_rows(p_tickets jsonb, p_xid xid8) returns void
language plpgsql
set search_path = pg_catalog, {schema}, pg_temp
as $$
declare
  v_cluster constant bigint := helpline_cluster();
begin
  insert into support_messages (id, ticket_id, sender_id, sender_type, body, is_internal, attachments, ip_address, user_agent, created_at, updated_at,
    edited_at)
  select x.id, x.ticket_id, x.sender_id, x.sender_type, x.body, x.is_internal, x.attachments, x.ip_address, x.user_agent, x.created_at, x.updated_at,
         x.edited_at
  from jsonb_array_elements(p_tickets) j
  cross join lateral jsonb_to_recordset(j -> 'messages') as x (id uuid, ticket_id uuid, sender_id uuid, sender_type text, body text,
    is_internal boolean, attachments jsonb, ip_address inet, user_agent text, created_at timestamptz, updated_at timestamptz, edited_at timestamptz);

  insert into support_ticket_activity (ticket_id, seq, public_seq, kind, actor_id, actor_type, public_actor_name, old_value, new_value,
    public_old_value, public_new_value, description, message_id, ip_address, user_agent, metadata, xid, cluster, created_at)
  select x.ticket_id, x.seq, x.public_seq, x.kind, x.actor_id, x.actor_type,
         case x.actor_type when 'customer' then p.display_name when 'admin' then p.first_name end,
         x.old_value, x.new_value,
         -- Of members of staff, customers see the first name and no id. Of a person who is no member of staff they see nothing: the platform let its
         -- users write whom a ticket is assigned to.
         case when x.kind in ('assigned', 'unassigned') then (select o.first_name from people o where not exists (select 1 from erased_people g where g.person_id = o.id) and o.id = adopt_uuid(x.old_value) and exists (select 1 from user_roles r where r.user_id = o.id))
              else x.public_old_value end,
         case when x.kind in ('assigned', 'unassigned') then (select n.first_name from people n where not exists (select 1 from erased_people g where g.person_id = n.id) and n.id = adopt_uuid(x.new_value) and exists (select 1 from user_roles r where r.user_id = n.id))
              else x.public_new_value end,
         x.description, x.message_id, x.ip_address, x.user_agent, x.metadata, p_xid, v_cluster, x.created_at
  from jsonb_array_elements(p_tickets) j
  cross join lateral jsonb_to_recordset(j -> 'events') as x (ticket_id uuid, seq bigint, public_seq bigint, kind text, actor_id uuid, actor_type text,
    old_value text, new_value text, public_old_value text, public_new_value text, description text, message_id uuid, ip_address inet, user_agent text,
    metadata jsonb, created_at timestamptz)
  left join people p on p.id = x.actor_id and not exists (select 1 from erased_people g where g.person_id = p.id);

  insert into support_read_positions as k (ticket_id, person_id, seq, public_seq)
  select x.ticket_id, x.person_id, x.seq, x.public_seq
  from jsonb_array_elements(p_tickets) j
  cross join lateral jsonb_to_recordset(j -> 'positions') as x (ticket_id uuid, person_id uuid, seq bigint, public_seq bigint)
  on conflict on constraint support_read_positions_pkey do update
  set seq = greatest(k.seq, excluded.seq), public_seq = greatest(k.public_seq, excluded.public_seq);

  insert into adopted_originals (ticket_id, source, row_id, field, message_id, original)
  select x.ticket_id, x.source, x.row_id, x.field, x.message_id, x.original
  from jsonb_array_elements(p_tickets) j
  cross join lateral jsonb_to_recordset(j -> 'originals') as x (ticket_id uuid, source text, row_id uuid, field text, message_id uuid, original jsonb)
  -- What an erasure deletes does not come back.
  where not (x.field like '*%' and exists (select 1 from support_tickets t join erased_people e on e.person_id = t.user_id where t.id = x.ticket_id))
  on conflict on constraint adopted_originals_pkey do nothing;
end
$$;
