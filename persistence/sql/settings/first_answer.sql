-- Returns the median time to a first answer, for visitors who have not signed in yet. Runs as the
-- service role. Visitors learn nothing but the median.
select {schema}.support_first_answer_s($1, $2, $3, $4)
