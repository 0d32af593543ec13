-- As the service: asked by people whom nobody knows yet, and told as one figure.
select {schema}.support_first_answer_s($1, $2, $3, $4)
