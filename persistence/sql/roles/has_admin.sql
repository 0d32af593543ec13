-- Asked once, at the start.
select {schema}.support_has_admin(null)
