-- One statement updates the people and returns their access status.
select id, display_name, email, role, blocked, public_name from {schema}.support_sign_in_all($1, $2, $3)
