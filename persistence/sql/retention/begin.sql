-- Plans the run of a period. Returns its id, or null if retention is switched off.
select {schema}.retention_begin($1, $2, $3, $4)
