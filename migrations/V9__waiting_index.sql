-- The list of who waits, the longest wait first.
-- Under traffic: built concurrently, beside writers; a build that was broken off is dropped and begun again, and one that
-- was finished but not recorded is taken as it is. Safe.
-- Without a transaction.
create index concurrently if not exists support_ticket_heads_waiting_idx on {schema}.support_ticket_heads (waiting_since, ticket_id)
  where waiting_since is not null and not is_over
