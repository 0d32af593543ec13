create policy support_activity_kinds_owner on support_activity_kinds to {owner} using (true) with check (true);

grant select on support_activity_kinds to {staff};
create policy support_activity_kinds_staff_select on support_activity_kinds for select to {staff} using (true);
