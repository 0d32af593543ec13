-- The histories in the database. Every client's received history must be equal to them.
select a.ticket_id, a.seq, a.public_seq, a.kind, m.key, m.body
from support_ticket_activity a
left join support_messages m on m.id = a.message_id
where a.ticket_id = any ($1)
order by a.ticket_id, a.seq
