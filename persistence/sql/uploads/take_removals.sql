-- Returns the keys whose bytes are to be deleted now.
select key from {schema}.blob_removals_take($1, $2) r (key)
