-- The people whom an admin may mean by an address.
select id, display_name, email, role, blocked, first_name, created_at, last_seen_at, subject from {schema}.support_people_by_email($1, $2)
