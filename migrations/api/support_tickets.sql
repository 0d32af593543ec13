-- The tickets that the person in the claims may see. Staff see other people's tickets with the columns of the console; everyone sees their own tickets
-- with the columns of the support page. Columns that only staff may read are null in a person's own tickets, and the times in those tickets change
-- only with events that the customer can see.
--
-- The two branches are separate, so that a customer's query uses the index on `user_id`, and the branch for staff is not executed for customers.
create or replace view {api}.support_tickets with (security_barrier = true) as
select t.id, t.ticket_number, t.user_id, t.customer_email as user_email, c.display_name as user_name, t.subject, t.category, t.priority, t.status,
       null::uuid as assigned_to, null::timestamptz as assigned_at, t.assignee_name, null::timestamptz as first_response_at,
       t.resolved_at, t.closed_at, t.satisfaction_rating as customer_rating, t.satisfaction_comment as customer_feedback,
       t.created_at, h.public_last_activity_at as updated_at, h.public_last_activity_at as last_activity_at,
       t.archived_at, t.archived_at is not null as is_archived
from {schema}.support_tickets t
join {schema}.support_ticket_heads h on h.ticket_id = t.id
left join {schema}.people c on c.id = t.user_id
where t.user_id = (select {api}.current_person_id())
union all
select t.id, t.ticket_number, t.user_id, t.customer_email, c.display_name, t.subject, t.category, t.priority, t.status,
       t.assigned_to, t.assigned_at, a.display_name, t.first_response_at,
       t.resolved_at, t.closed_at, t.satisfaction_rating, t.satisfaction_comment,
       t.created_at, t.updated_at, h.last_activity_at,
       t.archived_at, t.archived_at is not null
from {schema}.support_tickets t
join {schema}.support_ticket_heads h on h.ticket_id = t.id
left join {schema}.people c on c.id = t.user_id
left join {schema}.people a on a.id = t.assigned_to
where (select {api}.is_staff()) and t.user_id <> (select {api}.current_person_id());
create or replace trigger insert_ticket instead of insert on {api}.support_tickets
  for each row execute function {api}.insert_ticket();
create or replace trigger update_ticket instead of update on {api}.support_tickets
  for each row execute function {api}.update_ticket();
