-- Reads the existing rows for the constraints that V31 made wider.
-- Behind the backfills.
-- Under traffic: reads two tables and blocks no reader or writer; safe.

alter table support_messages validate constraint support_messages_body_check;
alter table support_ticket_activity validate constraint support_ticket_activity_kind_check;
