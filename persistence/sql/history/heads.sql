-- Returns the numbers of the last event and of the last public event of many tickets, without the
-- events.
select ticket_id, seq, public_seq from {schema}.support_heads($1)
