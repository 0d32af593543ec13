-- Runs as the service, for visitors who have not signed in yet.
select opening_hours, away_notice, agents_online from {schema}.support_availability($1)
