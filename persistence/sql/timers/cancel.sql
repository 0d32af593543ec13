-- Cancels a ticket's timers. Returns their number.
select {schema}.timers_cancel($1, $2, $3)
