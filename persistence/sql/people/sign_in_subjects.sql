-- As sign_in_all.sql, where a subject of some issuer's is among them.
select id, display_name, email, role, blocked, public_name, place from {schema}.support_sign_in_subjects($1, $2, $3, $4, $5)
