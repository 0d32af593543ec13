-- Returns the ids of the other running instances that have a relay (the message bus between
-- instances).
select id from {schema}.support_joined_instances($1, $2) as j (id)
