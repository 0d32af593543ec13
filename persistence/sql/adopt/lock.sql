-- Waits until no other step that writes is running. The session keeps the lock.
select pg_advisory_lock(hashtextextended('helpline adopt', to_regclass($1)::oid::bigint))
