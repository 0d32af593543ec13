-- The table's triggers record the change and unassign the tickets of a blocked person.
select {schema}.support_set_blocked($1, $2)
