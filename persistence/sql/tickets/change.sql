-- All changes under one lock; a null leaves a field alone.
select {schema}.support_change_ticket($1, $2, $3, $4, $5, $6)
