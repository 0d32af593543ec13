-- Makes the roles equal to what the platform's query returns, if there is one. Returns why the query
-- failed, or null.
select {schema}.support_follow_staff()
