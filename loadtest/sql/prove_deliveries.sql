-- Returns the test deliveries: what they are about, and whether they are done or dead.
select d.id, d.receiver, d.key, d.done_at is not null, d.dead_at is not null from deliveries d where d.kind = 'probe'
