-- Returns every event of the history.
select a.ticket_id, a.seq from support_ticket_activity a order by a.ticket_id, a.seq
