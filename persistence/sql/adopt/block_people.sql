-- Blocks people who no longer exist on the platform, or are banned there for ever.
update {schema}.people p set blocked_at = now() where p.id = any ($1) and p.blocked_at is null
