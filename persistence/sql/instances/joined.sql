-- The others that serve and have a relay.
select id from {schema}.support_joined_instances($1, $2) as j (id)
