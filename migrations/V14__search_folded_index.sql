-- The index of the search.
--
-- Under traffic: built concurrently with writers. If the build is interrupted, the index is dropped and built again; if it was finished but not
-- recorded, the index is kept. Safe. Until the index exists, a search uses the former index and reads the newest 50,000 tickets, which takes 100 ms
-- or more (`support_search_unindexed`).
-- Without a transaction.
-- Behind the backfills.
create index concurrently if not exists support_tickets_folded_idx on {schema}.support_tickets using gin (search_folded {trgm}.gin_trgm_ops)
