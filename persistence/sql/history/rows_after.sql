-- The events after a position in each of many tickets: one statement fills the gaps of all rooms.
select * from {schema}.support_events_after($1, $2, $3)
