-- Records a restore if the arguments prove that the database went back in time (see
-- `helpline_record_rollback`). Returns the current epoch.
select {schema}.helpline_record_rollback($1, $2, $3, $4)
