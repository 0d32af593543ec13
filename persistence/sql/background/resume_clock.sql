-- An admin has checked the clock.
select {schema}.background_resume_clock()
