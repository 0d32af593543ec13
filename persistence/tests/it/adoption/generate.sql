-- Writes {tickets} ordinary tickets of {people} customers into the platform, each with the rows
-- that the platform's own functions write: the activity row of a message has the message's time.
-- {big}: the messages of one more ticket. {chats}: chat sessions. Runs as platform_admin.
-- Everything follows from the numbers, so that two runs write the same.
create temporary table names (n serial, first_name text, last_name text);
insert into names (first_name, last_name) values
  ('Thandi', 'Mokoena'), ('Zoë', 'Brontë-Smith'), ('Łukasz', 'Żółć'), ('Đặng', 'Thị Hồng'), ('Анна', 'Каренина'), ('Ελένη', 'Παπαδοπούλου'),
  ('محمد', 'الأحمد'), ('דוד', 'לוי'), ('प्रिया', 'शर्मा'), ('தமிழ்', 'செல்வன்'), ('สมชาย', 'ใจดี'), ('小明', '李'), ('はなこ', '山田'), ('민준', '김'),
  ('አበበ', 'ቢቂላ'), ('ნინო', 'ბერიძე'), ('Արամ', 'Խաչատրյան'), ('ລາວ', 'ສີ'), ('မောင်', 'မောင်'), ('ខ្មែរ', 'សុខ'), ('O’Neil', 'D''Arcy'), ('🦊', 'Fox'),
  ('ᏣᎳᎩ', 'Sequoyah'), ('ሰላም', null), (null, null), ('', ' '), ('Jo', repeat('x', 150));
insert into auth.users (id, email, raw_user_meta_data, created_at)
select md5('person ' || p)::uuid, 'person' || p || '@customers.example',
       jsonb_build_object('first_name', n.first_name, 'last_name', n.last_name), '2025-11-01'::timestamptz + p * interval '1 minute'
from generate_series(1, {people}) p join names n on n.n = 1 + p % 27
order by p;
-- Staff: an admin, two agents, one who is no longer staff, and a mentor, who never was.
insert into auth.users (id, email, raw_user_meta_data)
select md5(who)::uuid, replace(who, ' ', '.') || '@platform.example', jsonb_build_object('first_name', first, 'last_name', last)
from (values ('staff admin', 'Nomsa', 'Dlamini'), ('staff agent', 'Pieter', 'van Wyk'), ('staff second', 'Aïcha', 'Benali'),
             ('staff former', 'Former', 'Colleague'), ('mentor', 'Mentor', 'Stranger')) as s (who, first, last);
insert into public.user_roles (user_id, role)
select md5(who)::uuid, role::public.app_role
from (values ('staff admin', 'admin'), ('staff agent', 'support_agent'), ('staff second', 'support_agent'), ('staff second', 'mentor'),
             ('mentor', 'mentor')) as s (who, role);

alter table public.support_tickets disable trigger user;
alter table public.support_messages disable trigger user;
insert into public.support_tickets (id, ticket_number, user_id, user_email, user_name, subject, category, priority, status, assigned_to, assigned_at,
  resolved_at, resolved_by, customer_rating, customer_feedback, rated_at, created_at, updated_at, last_activity_at, ip_address, user_agent,
  metadata, is_archived, archived_at)
select md5('ticket ' || t)::uuid, 'TKT-' || lpad(nextval('public.support_ticket_seq')::text, 6, '0'), md5('person ' || p)::uuid,
       'person' || p || '@customers.example', concat_ws(' ', n.first_name, n.last_name),
       (array['Cannot sign in', 'Rechnung fehlt', 'الفاتورة', '请求帮助', 'Не работает', 'Mentor не отвечает', 'मदद चाहिए', '🔥 urgent'])[1 + t % 8] || ' ' || t,
       (array['technical', 'billing', 'account', 'feature_request', 'bug_report', 'general', 'security', 'compliance'])[1 + t % 8],
       (array['low', 'medium', 'high', 'urgent'])[1 + t % 4], s.status,
       case when t % 3 = 0 then md5('staff agent')::uuid end, case when t % 3 = 0 then at + interval '5 minutes' end,
       case when s.status in ('resolved', 'closed') then at + interval '4 days' end,
       case when s.status in ('resolved', 'closed') then md5('staff agent')::uuid end,
       case when s.status = 'closed' then 1 + t % 5 end, case when s.status = 'closed' then 'Thank you, شكرا ' || t end,
       case when s.status = 'closed' then at + interval '5 days' end,
       at, at + interval '6 days', at + interval '6 days', ('203.0.113.' || t % 250)::inet, 'Mozilla/5.0 (platform) ' || t,
       jsonb_build_object('page', '/support', 'n', t), t % 40 = 0 and s.status = 'closed',
       case when t % 40 = 0 and s.status = 'closed' then at + interval '200 days' end
from generate_series(1, {tickets}) t,
     lateral (select 1 + t % {people} as p, '2025-12-02 08:00Z'::timestamptz + t * interval '7 minutes' as at) x,
     lateral (select (array['open', 'open', 'open', 'in_progress', 'waiting_on_customer', 'waiting_on_admin', 'resolved', 'closed', 'escalated', 'closed'])
       [1 + abs(hashint4(t) % 10)] as status) s
join names n on true
where n.n = 1 + x.p % 27
order by t;

-- The customer opens, staff answer every third message, and every seventh is a note of staff.
insert into public.support_messages (id, ticket_id, sender_id, sender_type, message, is_internal, attachments, is_read, created_at, updated_at, ip_address)
select md5('message ' || t || ' ' || m)::uuid, k.id, case when by_staff then md5('staff agent')::uuid else k.user_id end,
       case when by_staff then 'admin' else 'customer' end,
       case when m % 7 = 0 then 'NOTE about ' else 'Message ' end || m || ' of ' || k.ticket_number || ': ' || repeat('Sawubona, 你好, مرحبا. ', 1 + m % 4),
       m % 7 = 0, '[]', m % 2 = 0, k.created_at + m * interval '13 minutes', k.created_at + m * interval '13 minutes', '203.0.113.9'
from generate_series(1, {tickets}) t
join public.support_tickets k on k.id = md5('ticket ' || t)::uuid
cross join lateral generate_series(1, 1 + abs(hashint4(t + 7) % 21)) m
cross join lateral (select m % 3 = 0 or m % 7 = 0 as by_staff) b;

insert into public.support_ticket_activity (id, ticket_id, activity_type, actor_id, actor_type, old_value, new_value, description, created_at)
select md5('activity ' || m.id)::uuid, m.ticket_id, 'message_added', m.sender_id, m.sender_type, null, null, 'New message added', m.created_at
from public.support_messages m
union all
select md5('activity created ' || k.id)::uuid, k.id, 'created', k.user_id, 'customer', null, null, 'Ticket created: ' || k.subject, k.created_at
from public.support_tickets k
union all
select md5('activity ' || a.kind || k.id)::uuid, k.id, a.kind, a.actor, a.actor_type, a.old_value, a.new_value, a.description, a.at
from public.support_tickets k
cross join lateral (values
  ('assigned', md5('staff agent')::uuid, 'admin', null, k.assigned_to::text, 'Ticket assigned to agent', k.assigned_at, k.assigned_to is not null),
  ('priority_changed', md5('staff admin')::uuid, 'admin', 'medium', k.priority, 'Priority changed', k.created_at + interval '6 minutes', k.priority <> 'medium'),
  ('category_changed', md5('staff admin')::uuid, 'admin', 'general', k.category, 'Category changed', k.created_at + interval '7 minutes', k.category <> 'general'),
  ('status_changed', md5('staff agent')::uuid, 'admin', 'open', k.status, 'Status changed from open to ' || k.status, k.created_at + interval '4 days', k.status <> 'open'),
  ('rated', k.user_id, 'customer', null, k.customer_rating::text, 'Rated', k.rated_at, k.rated_at is not null)
) as a (kind, actor, actor_type, old_value, new_value, description, at, happened)
where a.happened;

-- One long ticket: a bot of the customer's wrote every 20 seconds.
insert into public.support_tickets (id, ticket_number, user_id, user_email, subject, category, created_at, updated_at, last_activity_at)
select md5('ticket long')::uuid, 'TKT-' || lpad(nextval('public.support_ticket_seq')::text, 6, '0'), md5('person 1')::uuid, 'person1@customers.example',
       'The long one', 'technical', '2025-12-03Z', '2026-01-03Z', '2026-01-03Z'
where {big} > 0;
with said as (
  insert into public.support_messages (id, ticket_id, sender_id, sender_type, message, created_at, updated_at)
  select md5('message long ' || m)::uuid, md5('ticket long')::uuid, md5('person 1')::uuid, 'customer', 'Line ' || m, at, at
  from generate_series(1, {big}) m, lateral (select '2025-12-03Z'::timestamptz + m * interval '20 seconds' as at) x
  returning id, ticket_id, sender_id, created_at
)
insert into public.support_ticket_activity (id, ticket_id, activity_type, actor_id, actor_type, description, created_at)
select md5('activity ' || id)::uuid, ticket_id, 'message_added', sender_id, 'customer', 'New message added', created_at from said;

alter table public.chat_sessions disable trigger user;
alter table public.chat_messages disable trigger user;
insert into public.chat_sessions (id, session_number, user_id, user_email, user_name, status, priority, category, created_at, updated_at, last_activity_at, resolved_at)
select md5('chat ' || c)::uuid, 'CHAT-' || lpad(nextval('public.chat_session_seq')::text, 6, '0'), md5('person ' || 1 + c % {people})::uuid,
       'person' || 1 + c % {people} || '@customers.example', 'Chat person ' || c, s.status, (array['low', 'normal', 'high', 'urgent'])[1 + c % 4],
       (array['technical_support', 'account_help', 'billing', 'security_concern', 'feature_question', 'bug_report', 'general', null])[1 + c % 8],
       at, at + interval '2 hours', at + interval '2 hours', case when s.status in ('resolved', 'closed') then at + interval '2 hours' end
from generate_series(1, {chats}) c,
     lateral (select '2025-12-04 08:00Z'::timestamptz + c * interval '11 minutes' as at) x,
     lateral (select (array['active', 'waiting', 'assigned', 'resolved', 'closed', 'escalated', 'abandoned'])[1 + c % 7] as status) s;
insert into public.chat_messages (id, session_id, sender_id, sender_type, message, is_internal, created_at, updated_at)
select md5('chat message ' || c || ' ' || m)::uuid, k.id, case when m % 3 = 0 or m = 7 then md5('staff agent')::uuid else k.user_id end,
       case when m % 3 = 0 or m = 7 then 'agent' else 'customer' end, case when m = 7 then 'NOTE ' else 'Chat ' end || m || ' of ' || k.session_number,
       m = 7, k.created_at + m * interval '40 seconds', k.created_at + m * interval '40 seconds'
from generate_series(1, {chats}) c
join public.chat_sessions k on k.id = md5('chat ' || c)::uuid
cross join generate_series(1, 7) m;
insert into public.chat_session_activity (id, session_id, activity_type, actor_id, actor_type, description, created_at)
select md5('chat activity ' || id)::uuid, session_id, 'message_sent', sender_id, sender_type, 'New message: ' || left(message, 50) || '...', created_at
from public.chat_messages
union all
select md5('chat activity started ' || id)::uuid, id, 'session_started', user_id, 'customer', 'Chat session started', created_at from public.chat_sessions;
alter table public.support_tickets enable trigger user;
alter table public.support_messages enable trigger user;
alter table public.chat_sessions enable trigger user;
alter table public.chat_messages enable trigger user;
drop table names;
