-- Records that there is no schema `{api}`.
delete from {schema}.helpline_options o where o.name = 'platform_api'
