-- Returns the events after a given position for each of many tickets. One statement reads the
-- missing events of all rooms of an instance.
select * from {schema}.support_events_after($1, $2, $3)
