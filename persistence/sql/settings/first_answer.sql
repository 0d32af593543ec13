-- Runs as the service, for visitors who have not signed in yet. They learn only the median.
select {schema}.support_first_answer_s($1, $2, $3, $4)
