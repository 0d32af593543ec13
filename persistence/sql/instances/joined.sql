-- The other running instances that have a relay.
select id from {schema}.support_joined_instances($1, $2) as j (id)
