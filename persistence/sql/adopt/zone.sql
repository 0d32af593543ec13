-- Whether Postgres knows this time zone.
select exists (select from pg_catalog.pg_timezone_names z where z.name = $1)
