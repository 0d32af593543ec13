-- The histories of the tickets in `support_tickets`. In their own tickets, people see the public events, numbered without gaps, and of a member of
-- staff only the first name.
create or replace view {api}.support_ticket_activity with (security_barrier = true) as
select a.ticket_id || ':' || a.public_seq as id, a.ticket_id, a.public_seq as seq, a.kind as activity_type,
       case when a.actor_id = t.user_id then a.actor_id end as actor_id, a.actor_type, a.public_actor_name as actor_name,
       a.public_old_value as old_value, a.public_new_value as new_value, null::text as description, a.message_id, a.created_at
from {schema}.support_tickets t
join {schema}.support_ticket_activity a on a.ticket_id = t.id
where t.user_id = (select {api}.current_person_id()) and a.public_seq is not null
union all
select a.ticket_id || ':' || a.seq, a.ticket_id, a.seq, a.kind,
       a.actor_id, a.actor_type, p.display_name,
       a.old_value, a.new_value,
       case when a.metadata #> '{adopted,unverified}' is null then a.description
            else concat_ws(': ', 'Unverified, "' || (a.metadata #>> '{adopted,type}') || '"', a.description) end as description, a.message_id, a.created_at
from {schema}.support_tickets t
join {schema}.support_ticket_activity a on a.ticket_id = t.id
left join {schema}.people p on p.id = a.actor_id
where (select {api}.is_staff()) and t.user_id <> (select {api}.current_person_id());
