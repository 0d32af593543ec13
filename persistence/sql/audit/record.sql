-- Writes many access log rows in one statement, because reads by staff are recorded in batches.
select {schema}.support_record_access($1, $2, $3, $4, $5, $6, $7)
