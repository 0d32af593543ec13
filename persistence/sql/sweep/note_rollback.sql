-- Records a restore if the database is proven to have gone back in time (see the function). Returns the current epoch.
select {schema}.helpline_record_rollback($1, $2, $3, $4)
