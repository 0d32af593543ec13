create policy support_tickets_owner on support_tickets to {owner} using (true) with check (true);

grant select (id, ticket_number, user_id, subject, category, priority, status, assignee_name, satisfaction_rating, satisfaction_comment,
              resolved_at, closed_at, archived_at, customer_email, key, created_at, search_text) on support_tickets to {customer};
grant insert (id, user_id, subject, category, priority, key) on support_tickets to {customer};
grant update (satisfaction_rating, satisfaction_comment) on support_tickets to {customer};
create policy support_tickets_customer_select on support_tickets for select to {customer}
  using (user_id = (select support_current_user_id()));
create policy support_tickets_customer_insert on support_tickets for insert to {customer}
  with check (user_id = (select support_current_user_id()) and not (select support_is_blocked()));
create policy support_tickets_customer_update on support_tickets for update to {customer}
  using (user_id = (select support_current_user_id()) and archived_at is null and not (select support_is_blocked()))
  with check (user_id = (select support_current_user_id()));

grant select on support_tickets to {staff};
grant update (status, priority, category, assigned_to, subject, legal_hold, metadata) on support_tickets to {staff};
create policy support_tickets_staff_select on support_tickets for select to {staff}
  using ((select support_is_staff()));
create policy support_tickets_staff_update on support_tickets for update to {staff}
  using ((select support_is_staff()) and user_id <> (select support_current_user_id()))
  with check ((select support_is_staff()) and user_id <> (select support_current_user_id()));
