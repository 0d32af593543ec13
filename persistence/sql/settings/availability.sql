-- Returns what visitors see before they sign in. Runs as the service role, because the visitor has
-- no role yet.
select opening_hours, away_notice, agents_online from {schema}.support_availability($1)
