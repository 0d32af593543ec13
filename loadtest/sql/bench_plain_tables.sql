-- Creates copies of the tables that a message is written to, with the same constraints and indexes,
-- but without triggers and policies, and fills them from the originals. Analyzes all tables, also
-- Helpline's own, which are nearly empty: plans that are made now must not become slow later.
create schema plain;
create table plain.support_tickets (like support_tickets including all) with (fillfactor = 85);
create table plain.support_ticket_heads (like support_ticket_heads including all)
  with (fillfactor = 40, autovacuum_vacuum_scale_factor = 0.02);
create table plain.support_messages (like support_messages including all);
create table plain.support_ticket_activity (like support_ticket_activity including all);
alter table plain.support_ticket_heads add foreign key (ticket_id) references plain.support_tickets on delete cascade;
alter table plain.support_messages add foreign key (ticket_id) references plain.support_tickets on delete cascade;
alter table plain.support_ticket_activity add foreign key (ticket_id) references plain.support_tickets on delete cascade;
insert into plain.support_tickets (id, ticket_number, user_id, subject, search_folded)
  select t.id, t.ticket_number, t.user_id, t.subject, t.search_folded from support_tickets t;
insert into plain.support_ticket_heads select * from support_ticket_heads;
insert into plain.support_messages select * from support_messages;
insert into plain.support_ticket_activity select * from support_ticket_activity;
analyze
