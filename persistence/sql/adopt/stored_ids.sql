-- The source rows of a ticket that this desk already has, or has had.
select m.id from {schema}.support_messages m where m.ticket_id = $1
union all
select {schema}.adopt_uuid(e.metadata #>> '{adopted,id}') from {schema}.support_ticket_activity e where e.ticket_id = $1 and e.metadata ? 'adopted'
union all
select e.message_id from {schema}.support_ticket_activity e where e.ticket_id = $1 and e.message_id is not null
