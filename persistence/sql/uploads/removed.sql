-- Records that the store no longer has these bytes, or did not have them.
select {schema}.blob_removals_done($1, $2, $3)
