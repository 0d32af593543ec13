-- Asked over the runtime role, which sees nothing of the tables themselves.
select version, generation from {schema}.helpline_schema_version()
