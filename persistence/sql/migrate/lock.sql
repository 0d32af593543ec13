-- Ensures that only one migration runs at a time. A second migration tries again until the first
-- migration has finished, and then finds nothing to do. Each try returns at once: a statement that
-- waits for the lock would have a snapshot, and `create index concurrently` in the first migration
-- would wait until that snapshot ends. The number is "helpline" in ASCII.
select pg_try_advisory_lock(7522535980263796325)
