-- The index for the list of waiting tickets, the longest wait first.
--
-- Under traffic: built concurrently with writers. If the build is interrupted, the index is dropped and built again; if it was finished but not
-- recorded, the index is kept. Safe.
-- Without a transaction.
create index concurrently if not exists support_ticket_heads_waiting_idx on {schema}.support_ticket_heads (waiting_since, ticket_id)
  where waiting_since is not null and not is_over
