create policy legal_holds_owner on legal_holds to {owner} using (true) with check (true);

grant select on legal_holds to {staff};
create policy legal_holds_staff_select on legal_holds for select to {staff} using ((select support_current_role()) = 'admin');
