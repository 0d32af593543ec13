-- Deletes the record of an object that is no longer in the manifest.
delete from {schema}.helpline_objects o where o.path = $1
