-- One ticket, subject to the policies of the staff role. The service decodes the columns in the order of the view.
select t.* from {schema}.support_tickets_for_staff t where t.id = $1
union all
select t.* from {schema}.support_own_tickets_for_staff t where t.id = $1
