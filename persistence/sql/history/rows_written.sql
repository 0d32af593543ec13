-- What this very transaction has written, found by its number; the view names the columns once, in the order that rows.rs decodes.
select * from {schema}.support_events_written()
