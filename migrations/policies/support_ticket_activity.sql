create policy support_ticket_activity_owner on support_ticket_activity to {owner} using (true) with check (true);

grant select (ticket_id, public_seq, kind, actor_type, public_actor_name, public_old_value, public_new_value, message_id, created_at)
  on support_ticket_activity to {customer};
create policy support_ticket_activity_customer_select on support_ticket_activity for select to {customer}
  using (public_seq is not null
         and ticket_id in (select t.id from support_tickets t where t.user_id = (select support_current_user_id())));

grant select on support_ticket_activity to {staff};
create policy support_ticket_activity_staff_select on support_ticket_activity for select to {staff}
  using ((select support_is_staff())
         and ticket_id not in (select t.id from support_tickets t where t.user_id = (select support_current_user_id())));
