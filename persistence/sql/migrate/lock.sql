-- Serializes migrations: a second run tries again until the first has finished, and then finds nothing to do. The function tries the lock and does
-- not wait for it, because a waiting statement holds a snapshot, and `create index concurrently` in the first run would wait for that snapshot. The
-- number is "helpline" in ASCII.
select pg_try_advisory_lock(7522535980263796325)
