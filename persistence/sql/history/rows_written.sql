-- The events that the current transaction has written. rows.rs decodes the columns in the order of the view.
select * from {schema}.support_events_written()
