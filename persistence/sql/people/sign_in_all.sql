-- Creates or updates the people who sign in, and returns their access status, in one statement.
select id, display_name, email, role, blocked, public_name from {schema}.support_sign_in_all($1, $2, $3)
