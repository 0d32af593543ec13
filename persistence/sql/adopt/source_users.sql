-- Those of these people who exist on the platform, as JSON.
select u.id, to_jsonb(u)::text from auth.users u where u.id = any ($1)
