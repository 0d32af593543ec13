create policy support_ticket_tally_deltas_owner on support_ticket_tally_deltas to {owner} using (true) with check (true);

grant select on support_ticket_tally_deltas to {staff};
create policy support_ticket_tally_deltas_staff_select on support_ticket_tally_deltas for select to {staff}
  using ((select support_is_staff()));
