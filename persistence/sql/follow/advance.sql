-- Records that a consumer has passed a portion of its window.
select {schema}.consumers_advance($1, $2, $3, $4, $5, $6, $7, $8)
