create policy support_message_transitions_owner on support_message_transitions to {owner} using (true) with check (true);

grant select on support_message_transitions to {staff};
create policy support_message_transitions_staff_select on support_message_transitions for select to {staff} using (true);
