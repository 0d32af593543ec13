-- Returns whether the installation has an admin. Runs once, when the service starts.
select {schema}.support_has_admin(null)
