-- One ticket through the staff's policies; the view names the columns once, in the order that is decoded.
select t.* from {schema}.support_tickets_for_staff t where t.id = $1
