-- One flight notes the sign-in and answers the standing.
select id, display_name, email, role, blocked from support_sign_in($1, $2, $3)
