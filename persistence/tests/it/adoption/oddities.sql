-- Rows that no one expects, planted one by one among the ordinary ones. Each comment says what must
-- become of the row; gateway/tests/adoption/expected.rs asks for it. Names are unique: the
-- ticket `x` has the id md5('t x'), its rows md5('m …') and md5('a …'). Runs as platform_admin
-- after generate.sql.
create function pg_temp.person(who text) returns uuid language sql as $$ select md5(who)::uuid $$;
create sequence pg_temp.planted_numbers start 5000;
-- A ticket of this customer with its `created` row, and nothing odd about it.
create function pg_temp.ticket(name text, owner text default 'person 3') returns uuid language sql as $$
  insert into public.support_tickets (id, ticket_number, user_id, user_email, user_name, subject, category, created_at, updated_at, last_activity_at)
  values (md5('t ' || name)::uuid, 'TKT-' || lpad(nextval('pg_temp.planted_numbers')::text, 6, '0'), pg_temp.person(owner), replace(owner, ' ', '') || '@customers.example',
          'Planted', 'Planted: ' || name, 'general', '2025-12-10 09:00Z', '2025-12-10 09:00Z', '2025-12-10 09:00Z');
  insert into public.support_ticket_activity (id, ticket_id, activity_type, actor_id, actor_type, description, created_at)
  values (md5('a created ' || name)::uuid, md5('t ' || name)::uuid, 'created', pg_temp.person(owner), 'customer', 'Ticket created: Planted: ' || name, '2025-12-10 09:00Z');
  select md5('t ' || name)::uuid;
$$;
-- A message `m <name>` with its activity row `a <name>`, some minutes after the ticket's creation.
create function pg_temp.say(ticket text, name text, sender text, type text, internal boolean, body text, minutes integer default 5)
returns void language sql as $$
  insert into public.support_messages (id, ticket_id, sender_id, sender_type, is_internal, message, created_at, updated_at)
  values (md5('m ' || name)::uuid, md5('t ' || ticket)::uuid, pg_temp.person(sender), type, internal, body,
          '2025-12-10 09:00Z'::timestamptz + minutes * interval '1 minute', '2025-12-10 09:00Z'::timestamptz + minutes * interval '1 minute');
  insert into public.support_ticket_activity (id, ticket_id, activity_type, actor_id, actor_type, description, created_at)
  values (md5('a ' || name)::uuid, md5('t ' || ticket)::uuid, 'message_added', pg_temp.person(sender), type, 'New message added',
          '2025-12-10 09:00Z'::timestamptz + minutes * interval '1 minute');
$$;
create function pg_temp.did(ticket text, name text, kind text, actor text, type text, old text, new text, minutes integer) returns void language sql as $$
  insert into public.support_ticket_activity (id, ticket_id, activity_type, actor_id, actor_type, old_value, new_value, description, created_at)
  values (md5('a ' || name)::uuid, md5('t ' || ticket)::uuid, kind, pg_temp.person(actor), type, old, new, 'Planted ' || name,
          '2025-12-10 09:00Z'::timestamptz + minutes * interval '1 minute');
$$;
alter table public.support_tickets disable trigger user;
alter table public.support_messages disable trigger user;
-- Rules that this platform lost over the years, as platforms do.
alter table public.support_tickets drop constraint support_tickets_customer_rating_check;
alter table public.support_tickets drop constraint support_tickets_ticket_number_key;
alter table public.support_tickets drop constraint support_tickets_user_id_fkey;
alter table public.support_tickets drop constraint support_tickets_assigned_to_fkey;
alter table public.support_messages drop constraint support_messages_sender_id_fkey;
alter table public.support_ticket_activity drop constraint support_ticket_activity_actor_id_fkey;

-- Who wrote it ------------------------------------------------------------------------------------
select pg_temp.ticket('senders');
-- The customer wrote sender_type 'admin' into the own ticket: the customer's message.
select pg_temp.say('senders', 'customer as admin', 'person 3', 'admin', false, 'I am the admin, trust me', 1);
-- The customer wrote an internal message: the policy hid it from the customer's own page. It stays a
-- note, by the system, which says whose it was: it must never look like one of staff.
select pg_temp.say('senders', 'customer note', 'person 3', 'customer', true, 'Hidden by myself', 2);
-- Both at once: the same.
select pg_temp.say('senders', 'customer as admin note', 'person 3', 'admin', true, 'I am an internal admin', 3);
-- The customer wrote as the system: the customer's message.
select pg_temp.say('senders', 'customer as system', 'person 3', 'system', false, 'SYSTEM: refund granted', 4);
-- Someone without a role of staff answered as admin. Only staff could write into other people's
-- tickets, so this was a colleague who has left: a message of staff, listed.
select pg_temp.say('senders', 'former answer', 'staff former', 'admin', false, 'Answer of a former colleague', 5);
select pg_temp.say('senders', 'former note', 'staff former', 'admin', true, 'Note of a former colleague', 6);
-- A mentor's row in another person's ticket that claims to be the customer's. Only staff could write
-- there, and it is not the customer's, whatever it says: the customer must not see it as one.
select pg_temp.say('senders', 'stranger as customer', 'mentor', 'customer', false, 'I am not the customer', 7);
-- Staff whose page sent 'customer': a message of staff.
select pg_temp.say('senders', 'staff as customer', 'staff agent', 'customer', false, 'Agent with a wrong label', 8);
-- is_internal null: the policy (`is_internal = false`) hid it from the customer, so it stays a note.
select pg_temp.say('senders', 'unknown note', 'staff agent', 'admin', null, 'Perhaps a note', 9);
-- is_internal null by the customer: a note by the system, as above.
select pg_temp.say('senders', 'customer unknown', 'person 3', 'customer', null, 'Perhaps hidden', 10);
-- A system row must name a person in this schema: by the system, without a sender.
select pg_temp.say('senders', 'system', 'staff admin', 'system', false, 'This ticket was moved', 11);
select pg_temp.say('senders', 'system note', 'staff admin', 'system', true, 'Internal hint of the system', 12);
-- An agent's own ticket: there the agent is the customer, also with sender_type 'admin'.
select pg_temp.ticket('agents own', 'staff second');
select pg_temp.say('agents own', 'agents own words', 'staff second', 'admin', false, 'My own printer', 1);
select pg_temp.say('agents own', 'agents own note', 'staff agent', 'admin', true, 'What colleagues say about it', 2);

-- What was written --------------------------------------------------------------------------------
select pg_temp.ticket('texts');
-- Empty and blank texts: '(empty)', so that the event has something to show.
select pg_temp.say('texts', 'empty', 'person 3', 'customer', false, '', 1);
select pg_temp.say('texts', 'blank', 'person 3', 'customer', false, E' \n\t  ', 2);
-- More than 16 KiB: the start, cut between two characters, and the whole text kept for staff.
select pg_temp.say('texts', 'long', 'person 3', 'customer', false, repeat('ü', 10000), 3);
select pg_temp.say('texts', 'long note', 'staff agent', 'admin', true, repeat('secret ', 3000), 4);
-- Exactly 16 KiB: kept.
select pg_temp.say('texts', 'limit', 'person 3', 'customer', false, repeat('y', 16384), 5);
-- Control characters are removed; line breaks and tabs stay.
select pg_temp.say('texts', 'control', 'person 3', 'customer', false, E'a\u0001b\u001b[31mred\nnext\tcolumn\u007f', 6);
select pg_temp.say('texts', 'only control', 'person 3', 'customer', false, E'\u0002\u0003', 7);
-- An edit stays marked with its time; an edit without a time too.
select pg_temp.say('texts', 'edited', 'person 3', 'customer', false, 'Corrected', 8);
update public.support_messages set is_edited = true, edited_at = '2025-12-10 10:00Z' where id = md5('m edited')::uuid;
select pg_temp.say('texts', 'edited unknown', 'person 3', 'customer', false, 'Corrected some day', 9);
update public.support_messages set is_edited = true, edited_at = null where id = md5('m edited unknown')::uuid;
-- Foreign attachments: the text stays, no address is fetched or shown as a file.
select pg_temp.say('texts', 'files', 'person 3', 'customer', false, 'See the file', 10);
update public.support_messages set attachments = '[{"url": "http://169.254.169.254/latest/meta-data", "name": "keys"}, "https://x.example/a.png", 7, null]'
where id = md5('m files')::uuid;
select pg_temp.say('texts', 'files object', 'person 3', 'customer', false, 'See the other file', 11);
update public.support_messages set attachments = '{"file": "a.pdf"}', metadata = '[1, 2]' where id = md5('m files object')::uuid;
select pg_temp.say('texts', 'files null', 'person 3', 'customer', false, 'No file', 12);
update public.support_messages set attachments = null, metadata = null where id = md5('m files null')::uuid;

-- The ticket itself -------------------------------------------------------------------------------
-- A subject without text: '(no subject)'.
select pg_temp.ticket('subject empty');
update public.support_tickets set subject = '' where id = md5('t subject empty')::uuid;
select pg_temp.ticket('subject blank');
update public.support_tickets set subject = E' \n ' where id = md5('t subject blank')::uuid;
-- Line breaks become blanks; more than 200 characters are cut, and the whole is kept.
select pg_temp.ticket('subject lines');
update public.support_tickets set subject = E'Line one\nLine two\tand more' where id = md5('t subject lines')::uuid;
select pg_temp.ticket('subject long');
update public.support_tickets set subject = repeat('Ärger ', 100) where id = md5('t subject long')::uuid;
-- More than 2,000 characters of feedback are cut; a rating of 0 stars is none.
select pg_temp.ticket('feedback long');
update public.support_tickets set customer_rating = 4, customer_feedback = repeat('good ', 500) where id = md5('t feedback long')::uuid;
select pg_temp.ticket('rating zero');
update public.support_tickets set customer_rating = 0, customer_feedback = 'zero' where id = md5('t rating zero')::uuid;
select pg_temp.ticket('feedback alone');
update public.support_tickets set customer_feedback = 'words only' where id = md5('t feedback alone')::uuid;
-- Metadata that is null, a list, a text, or more than 16 KiB: an object of at most 16 KiB.
select pg_temp.ticket('metadata null');
update public.support_tickets set metadata = null where id = md5('t metadata null')::uuid;
select pg_temp.ticket('metadata list');
update public.support_tickets set metadata = '[1, "two"]' where id = md5('t metadata list')::uuid;
select pg_temp.ticket('metadata big');
update public.support_tickets set metadata = jsonb_build_object('big', repeat('z', 20000)) where id = md5('t metadata big')::uuid;
-- What jsonb takes and few parsers do: a number of 400 digits, and lists 200 deep.
select pg_temp.ticket('metadata number');
update public.support_tickets set metadata = '{"n": 1e400}' where id = md5('t metadata number')::uuid;
select pg_temp.ticket('metadata deep');
update public.support_tickets set metadata = (repeat('[', 200) || repeat(']', 200))::jsonb where id = md5('t metadata deep')::uuid;
-- Numbers: once in the sequence's life lpad cuts TKT-1000000 to TKT-100000. The older ticket keeps
-- the number, the other gets one of its own, and both are listed as they were.
select pg_temp.ticket('number first');
select pg_temp.ticket('number second');
update public.support_tickets set ticket_number = 'TKT-100000', created_at = created_at - interval '1 day' where id = md5('t number first')::uuid;
update public.support_tickets set ticket_number = 'TKT-100000' where id = md5('t number second')::uuid;
-- Numbers that Helpline cannot take: empty, blanks at the ends, an id, too long. Another number.
select pg_temp.ticket('number empty');
update public.support_tickets set ticket_number = '' where id = md5('t number empty')::uuid;
select pg_temp.ticket('number blank');
update public.support_tickets set ticket_number = ' TKT-7 ' where id = md5('t number blank')::uuid;
select pg_temp.ticket('number id');
update public.support_tickets set ticket_number = md5('t senders')::uuid::text where id = md5('t number id')::uuid;
select pg_temp.ticket('number long');
update public.support_tickets set ticket_number = repeat('9', 80) where id = md5('t number long')::uuid;
-- A number of another system is kept.
select pg_temp.ticket('number other');
update public.support_tickets set ticket_number = 'SUP-77' where id = md5('t number other')::uuid;
-- A high number: the next new ticket must not collide with it.
select pg_temp.ticket('number high');
update public.support_tickets set ticket_number = 'TKT-777777' where id = md5('t number high')::uuid;
-- Resolved without a time: a time that is not before the ticket's creation, listed.
select pg_temp.ticket('resolved untimed');
update public.support_tickets set status = 'resolved', updated_at = '2025-12-12Z' where id = md5('t resolved untimed')::uuid;
-- Closed: the time of the last change to `closed`.
select pg_temp.ticket('closed by row');
update public.support_tickets set status = 'closed', resolved_at = '2025-12-10 09:20Z', updated_at = '2025-12-15Z' where id = md5('t closed by row')::uuid;
select pg_temp.did('closed by row', 'closed once', 'status_changed', 'staff agent', 'admin', 'open', 'closed', 20);
select pg_temp.did('closed by row', 'reopened once', 'status_changed', 'staff agent', 'admin', 'closed', 'open', 30);
select pg_temp.did('closed by row', 'closed again', 'status_changed', 'staff agent', 'admin', 'open', 'closed', 40);
-- Closed without such a row: the time of the ticket's last change.
select pg_temp.ticket('closed untimed');
update public.support_tickets set status = 'closed', updated_at = '2025-12-13Z' where id = md5('t closed untimed')::uuid;
-- Archived by one of two columns only: archived.
select pg_temp.ticket('archived by flag');
update public.support_tickets set status = 'closed', is_archived = true, archived_at = null, updated_at = '2025-12-14Z' where id = md5('t archived by flag')::uuid;
select pg_temp.ticket('archived by time');
update public.support_tickets set status = 'closed', is_archived = false, archived_at = '2025-12-20Z' where id = md5('t archived by time')::uuid;
-- Assigned to the customer: unassigned. To someone without a role: unassigned, or kept as a former
-- colleague; never a way to show the ticket to them.
select pg_temp.ticket('assigned to customer');
update public.support_tickets set assigned_to = pg_temp.person('person 3') where id = md5('t assigned to customer')::uuid;
select pg_temp.ticket('assigned to former');
update public.support_tickets set assigned_to = pg_temp.person('staff former'), assigned_at = '2025-12-10 10:00Z' where id = md5('t assigned to former')::uuid;

-- The history -------------------------------------------------------------------------------------
-- An activity row whose message is gone: kept for staff, with nothing for the customer.
select pg_temp.ticket('message gone');
select pg_temp.did('message gone', 'message gone', 'message_added', 'person 3', 'customer', null, null, 3);
-- A message without an activity row: an event is made for it, marked.
select pg_temp.ticket('activity gone');
select pg_temp.say('activity gone', 'activity gone', 'person 3', 'customer', false, 'No row tells of me', 4);
delete from public.support_ticket_activity where id = md5('a activity gone')::uuid;
-- No row at all, `created` neither.
select pg_temp.ticket('history gone');
delete from public.support_ticket_activity where ticket_id = md5('t history gone')::uuid;
-- One activity row for each of two messages of one moment by one person, and a third without one.
select pg_temp.ticket('same moment');
select pg_temp.say('same moment', 'moment one', 'person 3', 'customer', false, 'One', 5);
select pg_temp.say('same moment', 'moment two', 'person 3', 'customer', false, 'Two', 5);
select pg_temp.say('same moment', 'moment three', 'person 3', 'customer', false, 'Three', 5);
delete from public.support_ticket_activity where id = md5('a moment three')::uuid;
-- Everything in the moment of creation: created, then the status, then the message.
select pg_temp.ticket('at once');
select pg_temp.say('at once', 'at once', 'person 3', 'customer', false, 'With the ticket', 0);
select pg_temp.did('at once', 'at once status', 'status_changed', 'staff agent', 'admin', 'open', 'in_progress', 0);
update public.support_tickets set status = 'in_progress' where id = md5('t at once')::uuid;
-- The customer called log_ticket_activity as an admin: kept, marked, for staff only.
select pg_temp.ticket('forged');
select pg_temp.did('forged', 'forged status', 'status_changed', 'person 3', 'admin', 'open', 'escalated', 2);
select pg_temp.did('forged', 'forged resolved', 'resolved', 'person 4', 'admin', null, 'FORGED', 3);
select pg_temp.did('forged', 'forged rating', 'rated', 'mentor', 'customer', null, '5', 4);
select pg_temp.did('forged', 'forged system', 'status_changed', 'person 3', 'system', 'open', 'closed', 5);
-- The same row twice: two rows.
select pg_temp.ticket('twice');
select pg_temp.did('twice', 'twice one', 'priority_changed', 'staff agent', 'admin', 'low', 'medium', 2);
select pg_temp.did('twice', 'twice two', 'priority_changed', 'staff agent', 'admin', 'low', 'medium', 2);
-- A description with a note's text in it: the customer never reads descriptions.
select pg_temp.ticket('telling');
select pg_temp.did('telling', 'telling', 'status_changed', 'staff agent', 'admin', 'open', 'open', 2);
update public.support_ticket_activity set description = 'SECRET of staff', metadata = '{"ip": "SECRET"}', ip_address = '198.51.100.7', user_agent = 'SECRET agent'
where id = md5('a telling')::uuid;
-- Values of an event are long, or no words of Helpline's.
select pg_temp.ticket('values');
select pg_temp.did('values', 'values long', 'status_changed', 'staff agent', 'admin', repeat('old ', 5000), repeat('new ', 5000), 2);
select pg_temp.did('values', 'values assigned', 'assigned', 'staff agent', 'admin', null, md5('staff agent')::uuid::text, 3);

-- People ------------------------------------------------------------------------------------------
-- The customer is gone from auth.users: the ticket stays, of a person who is gone.
select pg_temp.ticket('owner gone', 'vanished one');
select pg_temp.say('owner gone', 'owner gone', 'vanished one', 'customer', false, 'I was here', 1);
-- The agent is gone: a message of staff, of someone who is gone.
select pg_temp.ticket('agent gone');
select pg_temp.say('agent gone', 'agent gone', 'vanished agent', 'admin', false, 'I worked here', 1);
-- An actor whose account is gone was set to null.
select pg_temp.ticket('actor gone');
select pg_temp.did('actor gone', 'actor gone', 'priority_changed', 'staff agent', 'admin', 'low', 'medium', 2);
update public.support_ticket_activity set actor_id = null where id = md5('a actor gone')::uuid;
-- Two addresses for one person: that of auth.users, which is in the person's tokens.
select pg_temp.ticket('two addresses', 'person 5');
update public.profiles set email = 'old.address@customers.example' where user_id = pg_temp.person('person 5');

-- Times -------------------------------------------------------------------------------------------
-- A wrong clock: in the future, kept and listed. The order of events still holds.
select pg_temp.ticket('future');
select pg_temp.say('future', 'future', 'person 3', 'customer', false, 'From the future', 1);
update public.support_messages set created_at = '2099-01-01Z', updated_at = '2099-01-01Z' where id = md5('m future')::uuid;
update public.support_ticket_activity set created_at = '2099-01-01Z' where id = md5('a future')::uuid;
-- A time that is none.
select pg_temp.ticket('infinity');
update public.support_tickets set created_at = '-infinity', updated_at = 'infinity', last_activity_at = 'infinity' where id = md5('t infinity')::uuid;
select pg_temp.ticket('antiquity');
update public.support_tickets set created_at = '0044-03-15 12:00Z BC', updated_at = '12026-01-01Z' where id = md5('t antiquity')::uuid;
-- Before 1970, with microseconds: kept as it is.
select pg_temp.ticket('sixties');
select pg_temp.say('sixties', 'sixties', 'person 3', 'customer', false, 'From the sixties', 1);
update public.support_messages set created_at = '1969-07-20 20:17:40.123457Z' where id = md5('m sixties')::uuid;
update public.support_ticket_activity set created_at = '1969-07-20 20:17:40.123457Z' where id = md5('a sixties')::uuid;
-- The lowest id there is. Nothing that begins behind it may leave it out.
select pg_temp.ticket('nil');
delete from public.support_ticket_activity where ticket_id = md5('t nil')::uuid;
update public.support_tickets set id = '00000000-0000-0000-0000-000000000000' where id = md5('t nil')::uuid;
-- A message that is older than its ticket.
select pg_temp.ticket('older message');
select pg_temp.say('older message', 'older', 'person 3', 'customer', false, 'Before the beginning', -500);

-- Chats -------------------------------------------------------------------------------------------
alter table public.chat_sessions disable trigger user;
alter table public.chat_messages disable trigger user;
create function pg_temp.chat(name text, number text, status text) returns void language sql as $$
  insert into public.chat_sessions (id, session_number, user_id, user_email, status, created_at, updated_at, last_activity_at)
  values (md5('c ' || name)::uuid, number, pg_temp.person('person 3'), 'person3@customers.example', status, '2025-12-11Z', '2025-12-11Z', '2025-12-11Z');
$$;
create function pg_temp.chat_say(chat text, name text, sender text, type text, internal boolean, body text) returns void language sql as $$
  insert into public.chat_messages (id, session_id, sender_id, sender_type, is_internal, message, created_at)
  values (md5('cm ' || name)::uuid, md5('c ' || chat)::uuid, pg_temp.person(sender), type, internal, body, '2025-12-11 00:01Z');
  insert into public.chat_session_activity (id, session_id, activity_type, actor_id, actor_type, description, created_at)
  values (md5('ca ' || name)::uuid, md5('c ' || chat)::uuid, 'message_sent', pg_temp.person(sender), type, 'New message: ' || left(body, 50) || '...', '2025-12-11 00:01Z');
$$;
-- The words of the other system: abandoned is closed, active and waiting are open, assigned is in
-- progress; normal is medium; no category is general.
select pg_temp.chat('abandoned', 'CHAT-005000', 'abandoned');
select pg_temp.chat('waiting', 'CHAT-005001', 'waiting');
select pg_temp.chat('assigned', 'CHAT-005002', 'assigned');
select pg_temp.chat('senders', 'CHAT-005003', 'active');
-- agent is staff, bot is the system, and the customer is the customer whatever the row says.
select pg_temp.chat_say('senders', 'chat agent', 'staff agent', 'agent', false, 'Agent of the chat');
select pg_temp.chat_say('senders', 'chat bot', 'staff admin', 'bot', false, 'I am a bot');
select pg_temp.chat_say('senders', 'chat customer as agent', 'person 3', 'agent', false, 'Customer as agent');
-- The activity's description has the note's first words: only staff may read it.
select pg_temp.chat_say('senders', 'chat note', 'staff agent', 'agent', true, 'CHATNOTE do not show');
-- A number that a ticket has as well.
select pg_temp.chat('same number', 'SUP-77', 'closed');
select pg_temp.chat('analyzed', 'CHAT-005004', 'resolved');
update public.chat_sessions set is_analyzed = true, ai_summary = 'AISECRET', ai_risk_score = 90, security_flagged = true, security_flag_reason = 'AISECRET'
where id = md5('c analyzed')::uuid;
select pg_temp.chat('plain ' || n, 'CHAT-00510' || n, 'closed') from generate_series(1, 4) n;

-- Fill up to 200 tickets.
select count(pg_temp.ticket('plain ' || n)) from generate_series(1, (200 - (select count(*) from public.support_tickets))::integer) n;
alter table public.support_tickets enable trigger user;
alter table public.support_messages enable trigger user;
alter table public.chat_sessions enable trigger user;
alter table public.chat_messages enable trigger user;
