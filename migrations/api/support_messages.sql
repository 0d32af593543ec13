-- The messages of the tickets in `support_tickets`. In their own tickets, people see no internal notes, and of a member of staff only the first name.
create or replace view {api}.support_messages with (security_barrier = true) as
select m.id, m.ticket_id, case when m.sender_id = t.user_id then m.sender_id end as sender_id, m.sender_type,
       case m.sender_type when 'customer' then p.display_name when 'admin' then p.first_name end as sender_name,
       m.body as message, false as is_internal, m.attachments, m.edited_at is not null as is_edited, m.edited_at, m.redacted_at,
       m.created_at, coalesce(m.redacted_at, m.edited_at, m.created_at) as updated_at
from {schema}.support_tickets t
join {schema}.support_messages m on m.ticket_id = t.id
left join {schema}.people p on p.id = m.sender_id
where t.user_id = (select {api}.current_person_id()) and not m.is_internal
union all
select m.id, m.ticket_id, m.sender_id, m.sender_type, p.display_name,
       m.body, m.is_internal, m.attachments, m.edited_at is not null, m.edited_at, m.redacted_at,
       m.created_at, coalesce(m.redacted_at, m.edited_at, m.created_at)
from {schema}.support_tickets t
join {schema}.support_messages m on m.ticket_id = t.id
left join {schema}.people p on p.id = m.sender_id
where (select {api}.is_staff()) and t.user_id <> (select {api}.current_person_id());
create or replace trigger insert_message instead of insert on {api}.support_messages
  for each row execute function {api}.insert_message();
create or replace trigger update_message instead of update on {api}.support_messages
  for each row execute function {api}.update_message();
