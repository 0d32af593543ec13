-- Returns what the test consumers and timers did, in the order in which they did it, with the time as seconds since 1970.
select e.what, e.ticket_id, e.seq, extract(epoch from e.at)::double precision from helpline_prove.effects e order by e.n
