-- Records a restore. The session acts as the owner, without claims.
select {schema}.helpline_record_restore()
