-- Makes dead deliveries due again. The session acts as the owner, without claims.
select {schema}.deliveries_replay($1, $2, $3, $4, $5)
