-- The profiles of these people, as JSON.
select p.{key}, to_jsonb(p)::text from {source}.profiles p where p.{key} = any ($1)
