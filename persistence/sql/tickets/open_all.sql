-- Like open_by_number.sql, but for many tickets, by id.
select id, user_id, status, archived, seq, public_seq from {schema}.support_open_all($1)
