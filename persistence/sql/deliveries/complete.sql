-- Records the result of an attempt. Returns false if another worker has taken the delivery over.
select {schema}.deliveries_complete($1, $2, $3, $4, $5)
