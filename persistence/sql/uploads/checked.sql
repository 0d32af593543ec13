-- Records the result of a file's check, with the event.
select {schema}.uploads_checked($1, $2, $3, $4, $5, $6, $7, $8)
