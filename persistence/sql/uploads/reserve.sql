-- Reserves an upload, or returns the one that has this key.
select * from {schema}.uploads_reserve($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
