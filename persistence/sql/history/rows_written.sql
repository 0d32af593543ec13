-- Returns the events that the current transaction has written. rows.rs decodes the columns by
-- position, in the order of the view `support_events`.
select * from {schema}.support_events_written()
