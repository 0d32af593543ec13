-- Lists the events of a large window in the work table, in order. Returns their number.
select {schema}.consumers_sort($1, $2)
