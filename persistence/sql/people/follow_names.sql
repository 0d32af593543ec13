-- Takes over the names and addresses of the people whose ids follow $1 from the platform, if `migrate`
-- has stored a query for them.
select next, failed, changed, skipped, busy from {schema}.support_follow_names($1, $2, $3, $4)
