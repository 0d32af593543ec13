-- Returns an upload of this person.
select * from {schema}.uploads_own($1, $2)
