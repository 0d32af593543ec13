-- Runs under the runtime role, which cannot read the tables of the migrations.
select version, generation from {schema}.helpline_schema_version()
