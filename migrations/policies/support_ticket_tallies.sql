create policy support_ticket_tallies_owner on support_ticket_tallies to {owner} using (true) with check (true);

grant select on support_ticket_tallies to {staff};
create policy support_ticket_tallies_staff_select on support_ticket_tallies for select to {staff}
  using ((select support_is_staff()));
