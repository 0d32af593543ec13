create policy support_saved_replies_owner on support_saved_replies to {owner} using (true) with check (true);

grant select on support_saved_replies to {staff};
create policy support_saved_replies_staff_select on support_saved_replies for select to {staff}
  using ((select support_is_staff()) and (owner is null or owner = (select support_current_user_id())));
