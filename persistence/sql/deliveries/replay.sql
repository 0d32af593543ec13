-- Makes dead deliveries due again. Returns their number.
select {schema}.deliveries_replay($1, $2, $3, $4, $5)
