create policy support_status_transitions_owner on support_status_transitions to {owner} using (true) with check (true);

grant select on support_status_transitions to {staff};
create policy support_status_transitions_staff_select on support_status_transitions for select to {staff} using (true);
