-- Like sign_in_all.sql, for a batch that contains at least one person identified by token issuer
-- and subject.
select id, display_name, email, role, blocked, public_name, place from {schema}.support_sign_in_subjects($1, $2, $3, $4, $5)
