create policy people_owner on people to {owner} using (true) with check (true);

grant select (id, email, display_name) on people to {customer};
create policy people_customer_select on people for select to {customer}
  using (id = (select support_current_user_id()));

grant select on people to {staff};
create policy people_staff_select on people for select to {staff}
  using ((select support_is_staff()));
