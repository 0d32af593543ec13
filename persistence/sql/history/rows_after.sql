-- Returns the events after a given position for each of many tickets. One statement reads the
-- events that the open rooms (tickets that clients are watching) have missed.
select * from {schema}.support_events_after($1, $2, $3)
