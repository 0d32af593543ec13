-- As the admin who asks: the policy shows them to nobody else.
select name, value from support_settings
