-- Two installers at once: the second asks again until the first is done, and then finds nothing to do. Asked rather than waited for: a statement
-- that waits holds a snapshot, and `create index concurrently` of the first would wait for that. The number is "helpline" in ASCII.
select pg_try_advisory_lock(7522535980263796325)
