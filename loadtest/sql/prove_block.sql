-- A person is blocked, or let in again, by plain SQL.
update people set blocked_at = case when $2 then now() end where id = $1
