-- Says whether there was one.
select support_delete_reply($1)
