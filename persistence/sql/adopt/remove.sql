-- Removes those of these tickets that were not changed since, and returns them. $2: rows that the platform has deleted. What is kept of them stays.
select {schema}.adopt_remove($1, $2)
