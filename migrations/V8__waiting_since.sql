-- When the customer of a ticket began to wait for an answer: the time of the opening or of their first public message after the team's last public
-- answer. The value is kept when the ticket ends, so that it applies again if the team takes that back; readers ignore it while the ticket is over.
--
-- Under traffic: a nullable column without a default changes only the catalog, under a lock of a moment; safe. The functions that fill the column are
-- applied after it and do not depend on the values of older rows. `support_fill_waiting` sets those later, in portions.
alter table support_ticket_heads add column waiting_since timestamptz;
