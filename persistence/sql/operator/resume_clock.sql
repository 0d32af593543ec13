-- The clock has been checked. The session acts as the owner, without claims.
select {schema}.background_resume_clock()
