-- Returns how many removals of bytes are due, and since when the longest waits.
select due, oldest_at from {schema}.blob_removals_state($1)
