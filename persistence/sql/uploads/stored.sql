-- Returns an upload as the service's own work needs it.
select * from {schema}.uploads_stored($1)
