-- Whether a table or a function of the platform still exists.
select case $1::text when 'table' then pg_catalog.to_regclass($2::text) is not null else pg_catalog.to_regprocedure($2::text) is not null end
