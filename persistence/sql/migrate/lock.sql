-- Ensures that only one migration runs at a time. A second run tries again until the first has
-- finished, and then finds nothing to do. It tries the lock instead of waiting for it: a waiting
-- statement has a snapshot, and `create index concurrently` in the first run would wait until that
-- snapshot ends. The number is "helpline" in ASCII.
select pg_try_advisory_lock(7522535980263796325)
