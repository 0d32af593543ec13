-- Returns many tickets by id, with the columns that are needed to authorize a request (the same
-- columns as in open_by_number.sql).
select id, user_id, status, archived, seq, public_seq from {schema}.support_open_all($1)
