-- Returns events. rows.rs decodes the event's columns by position, in the order of the view
-- `support_events`; the metadata follows.
select (e.event).*, e.metadata from {schema}.consumers_events($1, $2) e
