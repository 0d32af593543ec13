-- Its line left the manifest.
delete from {schema}.helpline_objects o where o.path = $1
