-- An event with its message, the actor's present name as staff see it, and the actor's name that customers were shown. The Rust service decodes the
-- columns by position, in this order.
create or replace view support_events with (security_invoker = true) as
select a.ticket_id, a.seq, a.public_seq, a.created_at, a.kind, a.actor_id, a.actor_type, p.display_name as actor_name,
       a.old_value, a.new_value, a.public_old_value, a.public_new_value,
       -- An adopted row that names an actor who cannot have acted so.
       case when a.metadata #> '{adopted,unverified}' is null then a.description
            else concat_ws(': ', 'Unverified, "' || (a.metadata #>> '{adopted,type}') || '"', a.description) end as description,
       a.message_id, m.sender_id, m.sender_type, m.body, m.is_internal, m.attachments, m.key,
       m.created_at as message_created_at, m.edited_at, m.redacted_at, a.public_actor_name, a.cluster, a.xid
from support_ticket_activity a
left join support_messages m on m.id = a.message_id
left join people p on p.id = a.actor_id;
grant select on support_events to {staff};
