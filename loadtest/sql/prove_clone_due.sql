-- Makes every delivery of a clone due, and adds one, so that the clone has something to send.
with replayed as (
  update deliveries d set done_at = null, dead_at = null, lease_token = null, lease_until = null, attempts = 0, next_at = now() - interval '1 day'
  where d.kind = 'probe'
  returning d.id
)
insert into deliveries (id, kind, receiver, key, next_at) values (gen_random_uuid(), 'probe', 'one', 'a delivery of the clone', now() - interval '1 day')
