-- As the admin who asks: the policy shows them to nobody else.
select name, value from {schema}.support_settings
