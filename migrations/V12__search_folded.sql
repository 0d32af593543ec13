-- What a search compares with: a ticket's number, subject and address as `support_fold` writes them.
-- Under traffic: a nullable column without a default changes the catalog only, under a lock held for that moment; safe. A generated column would
-- write the table anew. The triggers that fill it come after it.
alter table support_tickets add column search_folded text;
