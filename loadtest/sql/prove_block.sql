-- Blocks or unblocks a person with plain SQL, without the gateway.
update people set blocked_at = case when $2 then now() end where id = $1
