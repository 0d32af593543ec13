-- Whether the store has the bytes of any upload.
select {schema}.uploads_exist()
