-- Which database this is: the identifier of its cluster and its name.
select (pg_catalog.pg_control_system()).system_identifier || '/' || pg_catalog.current_database()
