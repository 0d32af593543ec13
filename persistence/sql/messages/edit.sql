-- The function judges under the ticket's lock; the trigger logs.
select {schema}.support_edit_message($1, $2, $3)
