-- Like `support_last_messages`, but under the policies of the customer role, and with the agents'
-- names that customers see in the history.
select h.ticket_id, h.waiting_since, l.created_at, l.actor_type, l.public_actor_name, left(case when m.body <> '' or m.redacted_at is not null then m.body
            else (select string_agg(f.file ->> 'name', ', ' order by f.n) from jsonb_array_elements(m.attachments) with ordinality f (file, n)) end, 1000)
from {schema}.support_ticket_heads h
left join lateral (
  select n.created_at, n.actor_type, n.public_actor_name, n.message_id
  from (
    select a.public_seq, a.kind, a.created_at, a.actor_type, a.public_actor_name, a.message_id
    from {schema}.support_ticket_activity a
    where a.ticket_id = h.ticket_id and a.public_seq is not null
    order by a.public_seq desc
    limit $2
  ) n
  where n.kind = 'message_added'
  order by n.public_seq desc
  limit 1
) l on true
left join {schema}.support_messages m on m.id = l.message_id and not m.is_internal
where h.ticket_id = any ($1)
