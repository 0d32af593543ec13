create policy support_ticket_heads_owner on support_ticket_heads to {owner} using (true) with check (true);

grant select (ticket_id, public_seq, public_last_activity_at, waiting_since) on support_ticket_heads to {customer};
create policy support_ticket_heads_customer_select on support_ticket_heads for select to {customer}
  using (ticket_id in (select t.id from support_tickets t where t.user_id = (select support_current_user_id())));

grant select on support_ticket_heads to {staff};
create policy support_ticket_heads_staff_select on support_ticket_heads for select to {staff}
  using ((select support_is_staff())
         and ticket_id not in (select t.id from support_tickets t where t.user_id = (select support_current_user_id())));
