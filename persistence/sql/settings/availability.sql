-- As the service: asked by people whom nobody knows yet.
select opening_hours, away_notice, agents_online from {schema}.support_availability($1)
