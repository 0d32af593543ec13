create policy support_settings_owner on support_settings to {owner} using (true) with check (true);

grant select on support_settings to {staff};
create policy support_settings_staff_select on support_settings for select to {staff}
  using ((select support_current_role()) = 'admin');
