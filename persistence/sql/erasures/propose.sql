-- Proposes the erasure of people who are gone from the platform, under the service role.
select {schema}.erasures_propose($1, $2, $3)
