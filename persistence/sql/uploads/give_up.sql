-- Deletes an upload that no message names.
select {schema}.uploads_give_up($1, $2)
