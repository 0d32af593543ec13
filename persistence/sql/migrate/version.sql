-- Returns the schema version of the database, and its generation (a number that grows with every
-- change of a function, view, trigger or policy). The runtime role calls a function, because it
-- cannot read the migrations' tables.
select version, generation from {schema}.helpline_schema_version()
