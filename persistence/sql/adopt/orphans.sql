-- Rows that belong to no ticket: their table, id, and how many the table has. At most $1 rows of each table.
(select 'messages', o.{message_id}::text, count(*) over () from {messages} o
 where not exists (select from {tickets} t where t.{ticket_id} = o.{message_ticket}) limit $1)
union all
(select 'activity', o.{activity_id}::text, count(*) over () from {activity} o
 where not exists (select from {tickets} t where t.{ticket_id} = o.{activity_ticket}) limit $1)
