-- Plans the removal of bytes that are about to be written.
select {schema}.uploads_begin($1, $2)
