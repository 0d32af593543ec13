-- Returns the people who have a given email address, for an admin who wants to find one of them.
select id, display_name, email, role, blocked, first_name, created_at, last_seen_at, subject from {schema}.support_people_by_email($1, $2)
