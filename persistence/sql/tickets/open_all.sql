-- As open.sql, for a crowd.
select id, user_id, status, archived, seq, public_seq from {schema}.support_open_all($1)
