-- One statement for many rows: reads are recorded in batches.
select {schema}.support_record_access($1, $2, $3, $4, $5, $6, $7)
