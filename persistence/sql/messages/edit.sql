-- The function judges under the ticket's lock; the trigger logs.
select support_edit_message($1, $2, $3)
