create policy access_log_owner on access_log to {owner} using (true) with check (true);

grant select on access_log to {staff};
create policy access_log_staff_select on access_log for select to {staff} using ((select support_current_role()) = 'admin');
