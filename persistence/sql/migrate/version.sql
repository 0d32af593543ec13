-- Returns the schema version and the generation of the database. The runtime role calls a function,
-- because it cannot read the migrations' tables.
select version, generation from {schema}.helpline_schema_version()
