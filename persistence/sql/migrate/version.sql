-- Asked over the runtime role, which sees nothing of the table itself.
select helpline_schema_version()
