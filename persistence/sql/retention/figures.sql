-- What operators watch about the runs of these kinds.
select kind, waiting, age_s from {schema}.retention_figures($1, $2)
