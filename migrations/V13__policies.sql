-- What customers and staff may see and write by themselves. Policies wrap every call in a sub-select, so that it is made once, not per row;
-- policies do not restrict columns, so grants do.
-- Under traffic: policies and grants only; each takes a short lock on its table.

set local role helpline_owner;

grant execute on function support_current_user_id(), support_current_role(), support_is_staff(), support_is_blocked(),
  support_current_address(), support_current_user_agent() to helpline_customer, helpline_staff;

-- Customers: their own tickets. They rate them; every other change goes through a function.
grant select (id, ticket_number, user_id, subject, category, priority, status, assignee_name, satisfaction_rating, satisfaction_comment,
              resolved_at, closed_at, archived_at, customer_email, key, created_at, search_text) on support_tickets to helpline_customer;
grant insert (id, user_id, subject, category, priority, key) on support_tickets to helpline_customer;
grant update (satisfaction_rating, satisfaction_comment) on support_tickets to helpline_customer;
create policy support_tickets_customer_select on support_tickets for select to helpline_customer
  using (user_id = (select support_current_user_id()));
create policy support_tickets_customer_insert on support_tickets for insert to helpline_customer
  with check (user_id = (select support_current_user_id()) and not (select support_is_blocked()));
create policy support_tickets_customer_update on support_tickets for update to helpline_customer
  using (user_id = (select support_current_user_id()) and archived_at is null and not (select support_is_blocked()))
  with check (user_id = (select support_current_user_id()));

grant select (ticket_id, public_seq, public_last_activity_at) on support_ticket_heads to helpline_customer;
create policy support_ticket_heads_customer_select on support_ticket_heads for select to helpline_customer
  using (ticket_id in (select t.id from support_tickets t where t.user_id = (select support_current_user_id())));

grant select (id, ticket_id, sender_type, body, is_internal, attachments, key, created_at, edited_at, redacted_at)
  on support_messages to helpline_customer;
grant insert (id, ticket_id, sender_id, sender_type, body, attachments, key) on support_messages to helpline_customer;
create policy support_messages_customer_select on support_messages for select to helpline_customer
  using (not is_internal
         and ticket_id in (select t.id from support_tickets t where t.user_id = (select support_current_user_id())));
create policy support_messages_customer_insert on support_messages for insert to helpline_customer
  with check (not is_internal and sender_type = 'customer' and sender_id = (select support_current_user_id())
              and not (select support_is_blocked())
              and exists (select 1 from support_tickets t
                          where t.id = ticket_id and t.user_id = (select support_current_user_id())
                            and t.archived_at is null and t.status <> 'closed'));

grant select (ticket_id, public_seq, kind, actor_type, public_actor_name, public_old_value, public_new_value, message_id, created_at)
  on support_ticket_activity to helpline_customer;
create policy support_ticket_activity_customer_select on support_ticket_activity for select to helpline_customer
  using (public_seq is not null
         and ticket_id in (select t.id from support_tickets t where t.user_id = (select support_current_user_id())));

grant select (ticket_id, person_id, public_seq) on support_read_positions to helpline_customer;
create policy support_read_positions_customer_select on support_read_positions for select to helpline_customer
  using (person_id = (select support_current_user_id()));
grant select (id, email, display_name) on people to helpline_customer;
create policy people_customer_select on people for select to helpline_customer
  using (id = (select support_current_user_id()));
grant select (user_id, role) on user_roles to helpline_customer;
create policy user_roles_customer_select on user_roles for select to helpline_customer
  using (user_id = (select support_current_user_id()));

-- Staff: everything, but on a ticket of their own they are its customer.
grant select on support_tickets, support_ticket_heads, support_messages, support_ticket_activity, support_read_positions, people, user_roles,
  support_status_moves, support_message_moves, support_activity_kinds to helpline_staff;
grant update (status, priority, category, assigned_to, subject, legal_hold, metadata) on support_tickets to helpline_staff;
create policy support_tickets_staff_select on support_tickets for select to helpline_staff
  using ((select support_is_staff()));
create policy support_tickets_staff_update on support_tickets for update to helpline_staff
  using ((select support_is_staff()) and user_id <> (select support_current_user_id()))
  with check ((select support_is_staff()) and user_id <> (select support_current_user_id()));

create policy support_ticket_heads_staff_select on support_ticket_heads for select to helpline_staff
  using ((select support_is_staff()));

grant insert (id, ticket_id, sender_id, sender_type, body, is_internal, attachments, key) on support_messages to helpline_staff;
create policy support_messages_staff_select on support_messages for select to helpline_staff
  using ((select support_is_staff())
         and (not is_internal
              or ticket_id not in (select t.id from support_tickets t where t.user_id = (select support_current_user_id()))));
create policy support_messages_staff_insert on support_messages for insert to helpline_staff
  with check ((select support_is_staff()) and sender_type = 'admin' and sender_id = (select support_current_user_id())
              and exists (select 1 from support_tickets t
                          where t.id = ticket_id and t.user_id <> (select support_current_user_id())
                            and t.archived_at is null and (is_internal or t.status <> 'closed')));

create policy support_ticket_activity_staff_select on support_ticket_activity for select to helpline_staff
  using ((select support_is_staff())
         and (public_seq is not null
              or ticket_id not in (select t.id from support_tickets t where t.user_id = (select support_current_user_id()))));

create policy support_read_positions_staff_select on support_read_positions for select to helpline_staff
  using ((select support_is_staff()));
create policy people_staff_select on people for select to helpline_staff
  using ((select support_is_staff()));
create policy user_roles_staff_select on user_roles for select to helpline_staff
  using ((select support_is_staff()));
create policy support_status_moves_staff_select on support_status_moves for select to helpline_staff using (true);
create policy support_message_moves_staff_select on support_message_moves for select to helpline_staff using (true);
create policy support_activity_kinds_staff_select on support_activity_kinds for select to helpline_staff using (true);

-- A history row as a customer may see it; the columns' order is what the service decodes.
create view support_history_for_customer with (security_invoker = true) as
select a.ticket_id, a.public_seq as seq, a.created_at, a.kind, a.actor_type, a.public_actor_name as actor_name,
       a.public_old_value as old_value, a.public_new_value as new_value,
       a.message_id, m.sender_type, m.body, m.attachments, m.key, m.created_at as message_created_at, m.edited_at, m.redacted_at
from support_ticket_activity a
left join support_messages m on m.id = a.message_id
where a.public_seq is not null;

grant select on support_history_for_customer to helpline_customer;
grant select on support_history to helpline_staff;

reset role;
