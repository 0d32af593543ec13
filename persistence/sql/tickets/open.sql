-- Facts and heads from one snapshot, so that a decision and a join agree.
select id, user_id, status, archived, seq, public_seq from support_open($1, $2)
