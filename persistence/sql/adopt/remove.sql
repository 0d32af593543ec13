-- Removes those of these tickets that were not changed since, and returns them.
select {schema}.adopt_remove($1)
