-- Two installers at once: the second waits and then finds nothing to do. The number is "helpline" in ASCII.
select pg_advisory_lock(7522535980263796325)
