create policy support_messages_owner on support_messages to {owner} using (true) with check (true);

grant select (id, ticket_id, sender_type, body, is_internal, attachments, key, created_at, edited_at, redacted_at)
  on support_messages to {customer};
grant insert (id, ticket_id, sender_id, sender_type, body, attachments, key) on support_messages to {customer};
create policy support_messages_customer_select on support_messages for select to {customer}
  using (not is_internal
         and ticket_id in (select t.id from support_tickets t where t.user_id = (select support_current_user_id())));
create policy support_messages_customer_insert on support_messages for insert to {customer}
  with check (not is_internal and sender_type = 'customer' and sender_id = (select support_current_user_id())
              and not (select support_is_blocked())
              and exists (select 1 from support_tickets t
                          where t.id = ticket_id and t.user_id = (select support_current_user_id())
                            and t.archived_at is null and t.status <> 'closed'));

grant select on support_messages to {staff};
grant insert (id, ticket_id, sender_id, sender_type, body, is_internal, attachments, key) on support_messages to {staff};
create policy support_messages_staff_select on support_messages for select to {staff}
  using ((select support_is_staff())
         and (not is_internal
              or ticket_id not in (select t.id from support_tickets t where t.user_id = (select support_current_user_id()))));
create policy support_messages_staff_insert on support_messages for insert to {staff}
  with check ((select support_is_staff()) and sender_type = 'admin' and sender_id = (select support_current_user_id())
              and exists (select 1 from support_tickets t
                          where t.id = ticket_id and t.user_id <> (select support_current_user_id())
                            and t.archived_at is null and (is_internal or t.status <> 'closed')));
