-- Deletes the record of a database object (a function, view, trigger or policy) that is no longer
-- in the manifest.
delete from {schema}.helpline_objects o where o.path = $1
