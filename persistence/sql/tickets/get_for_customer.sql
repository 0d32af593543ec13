-- Reads one ticket under the policies of the customer role. The service decodes the columns by
-- position, in the order of the view.
select t.* from {schema}.support_tickets_for_customer t where t.id = $1
