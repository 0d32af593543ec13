-- The text that a search compares with: number, subject and address of a ticket, folded by `support_fold`.
--
-- Under traffic: a nullable column without a default changes only the catalog, under a lock of a moment; safe. A generated column would rewrite the
-- table. The triggers that fill the column are applied after it.
alter table support_tickets add column search_folded text;
