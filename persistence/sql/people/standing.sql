-- Everybody connected, in one question.
select id, display_name, email, role, blocked from support_standing($1)
