-- Deletes a saved reply. Returns whether it existed.
select {schema}.support_remove_seen_reply($1, $2)
