-- One ticket through the staff's policies; the views name the columns once, in the order that is decoded.
select t.* from {schema}.support_tickets_for_staff t where t.id = $1
union all
select t.* from {schema}.support_own_tickets_for_staff t where t.id = $1
