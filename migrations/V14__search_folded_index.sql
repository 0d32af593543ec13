-- The search's index.
-- Under traffic: built concurrently, beside writers; a build that was broken off is dropped and begun again, and one that
-- was finished but not recorded is taken as it is. Safe. Until it is there, a search goes by the former
-- index and through the newest 50,000 tickets, which takes a tenth of a second or more (`support_search_unindexed`).
-- Without a transaction.
-- Behind the backfills.
create index concurrently if not exists support_tickets_folded_idx on {schema}.support_tickets using gin (search_folded {trgm}.gin_trgm_ops)
