-- Since when a ticket's customer waits for an answer: the time of the opening, or of their first public message, that no public answer of the
-- team followed. It stays when the ticket ends, so that taking the end back restores it; readers leave it out while the ticket is over.
-- Under traffic: a nullable column without a default changes the catalog only, under a lock held for that moment; safe. The functions that
-- fill it come after it, and work without the values of older rows: `support_fill_waiting` gives those, in portions, once the functions are there.
alter table support_ticket_heads add column waiting_since timestamptz;
