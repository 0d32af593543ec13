create policy retention_runs_owner on retention_runs to {owner} using (true) with check (true);

grant select on retention_runs to {staff};
create policy retention_runs_staff_select on retention_runs for select to {staff} using ((select support_current_role()) = 'admin');
