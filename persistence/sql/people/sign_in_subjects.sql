-- Like sign_in_all.sql, for batches in which a person is identified by issuer and subject.
select id, display_name, email, role, blocked, public_name, place from {schema}.support_sign_in_subjects($1, $2, $3, $4, $5)
