create policy user_roles_owner on user_roles to {owner} using (true) with check (true);

grant select (user_id, role) on user_roles to {customer};
create policy user_roles_customer_select on user_roles for select to {customer}
  using (user_id = (select support_current_user_id()));

grant select on user_roles to {staff};
create policy user_roles_staff_select on user_roles for select to {staff}
  using ((select support_is_staff()));
