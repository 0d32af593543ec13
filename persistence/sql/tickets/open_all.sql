-- Returns many tickets by id, with the columns of open_by_number.sql, which authorizing a request
-- needs.
select id, user_id, status, archived, seq, public_seq from {schema}.support_open_all($1)
