-- Records failed events, and how far a consumer came on tickets with an earlier failure.
select {schema}.consumers_record_faults($1, $2, $3, $4, $5, $6, $7, $8, $9)
