-- Returns whether the functions and views in the database belong to a newer build.
select coalesce(max(o.generation) > $1, false) from {schema}.helpline_objects o
