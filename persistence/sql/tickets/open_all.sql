-- As open.sql, for a crowd.
select id, user_id, status, archived, seq, public_seq from support_open_all($1)
