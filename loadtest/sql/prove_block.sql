-- Blocks or unblocks a person by plain SQL.
update people set blocked_at = case when $2 then now() end where id = $1
