-- Returns the platform's role that may use the schema `{api}`, or no row if there is no such schema.
select o.value from {schema}.helpline_options o where o.name = 'platform_api'
