-- Pauses or resumes a consumer.
select {schema}.consumers_pause($1, $2)
