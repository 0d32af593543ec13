-- Deletes uploads that no message has named in time.
select {schema}.uploads_expire($1)
