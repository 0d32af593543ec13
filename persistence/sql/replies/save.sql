-- The function asks for an admin; the unique shortcut decides between two.
select r.id, r.shortcut, r.title, r.body, r.updated_at from {schema}.support_save_reply($1, $2, $3, $4, $5) r
