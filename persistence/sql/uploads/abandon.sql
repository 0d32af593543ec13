-- Makes the removal of bytes due that were written in vain.
select {schema}.uploads_abandon($1)
