-- Many tickets in one question, each from its own place: what rooms miss is read by one flight.
select * from {schema}.support_events_after($1, $2, $3)
