create policy support_read_positions_owner on support_read_positions to {owner} using (true) with check (true);

grant select (ticket_id, person_id, public_seq) on support_read_positions to {customer};
create policy support_read_positions_customer_select on support_read_positions for select to {customer}
  using (person_id = (select support_current_user_id()));

grant select on support_read_positions to {staff};
create policy support_read_positions_staff_select on support_read_positions for select to {staff}
  using ((select support_is_staff())
         and ticket_id not in (select t.id from support_tickets t where t.user_id = (select support_current_user_id())));
