-- Reads one ticket under the policies of the staff role. The service decodes the columns by
-- position, in the order of the views.
select t.* from {schema}.support_tickets_for_staff t where t.id = $1
union all
select t.* from {schema}.support_own_tickets_for_staff t where t.id = $1
