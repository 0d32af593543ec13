-- A platform with the support system that Helpline replaces, in its schema `public`. Runs as
-- platform_admin, who is no superuser and owns all of it. The order and the wording of rules are
-- those of the platform's own migrations, with their faults.
-- The last four were added later: a new value cannot be used in the transaction that adds it.
create type public.app_role as enum
  ('admin', 'startup', 'smme', 'mentor', 'advisor', 'funder', 'service_provider',
   'software_provider', 'software_provider_pending', 'mentorship_admin', 'support_agent');

create table public.profiles (
  id uuid not null default gen_random_uuid() primary key,
  user_id uuid not null unique references auth.users (id) on delete cascade,
  first_name text,
  last_name text,
  email text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create table public.user_roles (
  id uuid not null default gen_random_uuid() primary key,
  user_id uuid not null references auth.users (id) on delete cascade,
  role public.app_role not null,
  created_at timestamptz not null default now(),
  unique (user_id, role)
);
create function public.has_role(_user_id uuid, _role public.app_role) returns boolean
language sql stable security definer set search_path = public as $$
  select exists (select 1 from public.user_roles where user_id = _user_id and role = _role)
$$;
alter table public.profiles enable row level security;
alter table public.user_roles enable row level security;
create policy "Public profiles are viewable by everyone" on public.profiles for select using (true);
create policy "Users can update their own profile" on public.profiles for update using (auth.uid() = user_id);
create policy "Users can view their own roles" on public.user_roles for select using (auth.uid() = user_id);
create policy "Admins can manage all roles" on public.user_roles for all using (public.has_role(auth.uid(), 'admin'));
create function public.handle_new_user() returns trigger
language plpgsql security definer set search_path = public as $$
begin
  insert into public.profiles (user_id, email, first_name, last_name)
  values (new.id, new.email, new.raw_user_meta_data ->> 'first_name', new.raw_user_meta_data ->> 'last_name')
  on conflict (user_id) do nothing;
  return new;
end
$$;
create trigger on_auth_user_created after insert on auth.users
  for each row execute function public.handle_new_user();

-- Tickets.
create table public.support_tickets (
  id uuid primary key default gen_random_uuid(),
  ticket_number text unique not null,
  user_id uuid not null references auth.users (id) on delete cascade,
  user_email text not null,
  user_name text,
  subject text not null,
  category text not null check (category in
    ('technical', 'billing', 'account', 'feature_request', 'bug_report', 'general', 'security', 'compliance')),
  priority text not null default 'medium' check (priority in ('low', 'medium', 'high', 'urgent')),
  status text not null default 'open' check (status in
    ('open', 'in_progress', 'waiting_on_customer', 'waiting_on_admin', 'resolved', 'closed', 'escalated')),
  assigned_to uuid references auth.users (id) on delete set null,
  assigned_at timestamptz,
  resolved_at timestamptz,
  resolved_by uuid references auth.users (id) on delete set null,
  resolution_notes text,
  customer_rating integer check (customer_rating between 1 and 5),
  customer_feedback text,
  rated_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  last_activity_at timestamptz not null default now(),
  ip_address inet,
  user_agent text,
  metadata jsonb default '{}',
  archived_at timestamptz,
  is_archived boolean default false
);
create sequence public.support_ticket_seq start 1000;
create function public.generate_ticket_number() returns trigger language plpgsql as $$
begin
  new.ticket_number := 'TKT-' || lpad(nextval('support_ticket_seq')::text, 6, '0');
  return new;
end
$$;
create trigger set_ticket_number before insert on public.support_tickets
  for each row when (new.ticket_number is null) execute function public.generate_ticket_number();
create index idx_support_tickets_user_id on public.support_tickets (user_id);
create index idx_support_tickets_status on public.support_tickets (status);
create index idx_support_tickets_last_activity on public.support_tickets (last_activity_at desc);

create table public.support_messages (
  id uuid primary key default gen_random_uuid(),
  ticket_id uuid not null references public.support_tickets (id) on delete cascade,
  sender_id uuid not null references auth.users (id) on delete cascade,
  sender_type text not null check (sender_type in ('customer', 'admin', 'system')),
  message text not null,
  attachments jsonb default '[]',
  is_internal boolean default false,
  is_edited boolean default false,
  edited_at timestamptz,
  is_read boolean default false,
  read_at timestamptz,
  read_by uuid references auth.users (id) on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  ip_address inet,
  user_agent text,
  metadata jsonb default '{}'
);
create index idx_support_messages_ticket_id on public.support_messages (ticket_id);
create index idx_support_messages_created_at on public.support_messages (created_at);

create table public.support_ticket_activity (
  id uuid primary key default gen_random_uuid(),
  ticket_id uuid not null references public.support_tickets (id) on delete cascade,
  activity_type text not null check (activity_type in
    ('created', 'status_changed', 'assigned', 'unassigned', 'priority_changed', 'category_changed',
     'message_added', 'resolved', 'closed', 'reopened', 'escalated', 'rated')),
  actor_id uuid references auth.users (id) on delete set null,
  actor_type text not null check (actor_type in ('customer', 'admin', 'system')),
  old_value text,
  new_value text,
  description text,
  created_at timestamptz not null default now(),
  ip_address inet,
  user_agent text,
  metadata jsonb default '{}'
);
create index idx_support_activity_ticket_id on public.support_ticket_activity (ticket_id);
create index idx_support_activity_created_at on public.support_ticket_activity (created_at desc);

alter table public.support_tickets enable row level security;
alter table public.support_messages enable row level security;
alter table public.support_ticket_activity enable row level security;
create policy "Customers can view own tickets" on public.support_tickets for select using (auth.uid() = user_id);
create policy "Admins can view all tickets" on public.support_tickets for select using
  (exists (select 1 from public.user_roles where user_id = auth.uid() and role in ('admin', 'support_agent')));
create policy "Customers can create tickets" on public.support_tickets for insert with check (auth.uid() = user_id);
create policy "Customers can update own tickets" on public.support_tickets for update
  using (auth.uid() = user_id) with check (auth.uid() = user_id);
create policy "Admins can update tickets" on public.support_tickets for update using
  (exists (select 1 from public.user_roles where user_id = auth.uid() and role in ('admin', 'support_agent')));
create policy "Customers can view own ticket messages" on public.support_messages for select using
  (exists (select 1 from public.support_tickets where id = ticket_id and user_id = auth.uid()) and is_internal = false);
create policy "Admins can view all messages" on public.support_messages for select using
  (exists (select 1 from public.user_roles where user_id = auth.uid() and role in ('admin', 'support_agent')));
-- Checks neither sender_type nor is_internal.
create policy "Users can create messages in own tickets" on public.support_messages for insert with check
  (auth.uid() = sender_id
   and (exists (select 1 from public.support_tickets where id = ticket_id and user_id = auth.uid())
     or exists (select 1 from public.user_roles where user_id = auth.uid() and role in ('admin', 'support_agent'))));
create policy "Customers can view own ticket activity" on public.support_ticket_activity for select using
  (exists (select 1 from public.support_tickets where id = ticket_id and user_id = auth.uid()));
create policy "Admins can view all activity" on public.support_ticket_activity for select using
  (exists (select 1 from public.user_roles where user_id = auth.uid() and role in ('admin', 'support_agent')));

create function public.log_ticket_activity(p_ticket_id uuid, p_activity_type text, p_actor_id uuid, p_actor_type text,
  p_old_value text default null, p_new_value text default null, p_description text default null)
returns uuid language plpgsql security definer as $$
declare
  v_activity_id uuid;
begin
  insert into public.support_ticket_activity (ticket_id, activity_type, actor_id, actor_type, old_value, new_value, description)
  values (p_ticket_id, p_activity_type, p_actor_id, p_actor_type, p_old_value, p_new_value, p_description)
  returning id into v_activity_id;
  update public.support_tickets set last_activity_at = now() where id = p_ticket_id;
  return v_activity_id;
end
$$;
create function public.update_ticket_status(p_ticket_id uuid, p_new_status text, p_actor_id uuid)
returns boolean language plpgsql security definer as $$
declare
  v_old_status text;
  v_actor_type text;
begin
  select status into v_old_status from public.support_tickets where id = p_ticket_id;
  select case when exists (select 1 from public.user_roles where user_id = p_actor_id and role in ('admin', 'support_agent'))
    then 'admin' else 'customer' end into v_actor_type;
  update public.support_tickets
  set status = p_new_status, updated_at = now(), last_activity_at = now(),
      resolved_at = case when p_new_status = 'resolved' then now() else resolved_at end,
      resolved_by = case when p_new_status = 'resolved' then p_actor_id else resolved_by end
  where id = p_ticket_id;
  perform log_ticket_activity(p_ticket_id, 'status_changed', p_actor_id, v_actor_type, v_old_status, p_new_status,
    'Status changed from ' || v_old_status || ' to ' || p_new_status);
  return true;
end
$$;
create function public.assign_ticket(p_ticket_id uuid, p_assignee_id uuid, p_actor_id uuid)
returns boolean language plpgsql security definer as $$
declare
  v_old_assignee uuid;
begin
  select assigned_to into v_old_assignee from public.support_tickets where id = p_ticket_id;
  update public.support_tickets
  set assigned_to = p_assignee_id, assigned_at = now(), updated_at = now(), last_activity_at = now()
  where id = p_ticket_id;
  perform log_ticket_activity(p_ticket_id, 'assigned', p_actor_id, 'admin', v_old_assignee::text, p_assignee_id::text,
    'Ticket assigned to agent');
  return true;
end
$$;
create function public.update_support_updated_at() returns trigger language plpgsql as $$
begin
  new.updated_at = now();
  return new;
end
$$;
create trigger update_support_tickets_updated_at before update on public.support_tickets
  for each row execute function public.update_support_updated_at();
create trigger update_support_messages_updated_at before update on public.support_messages
  for each row execute function public.update_support_updated_at();
create function public.log_ticket_creation() returns trigger language plpgsql as $$
begin
  perform log_ticket_activity(new.id, 'created', new.user_id, 'customer', null, null, 'Ticket created: ' || new.subject);
  return new;
end
$$;
create trigger log_new_ticket after insert on public.support_tickets
  for each row execute function public.log_ticket_creation();
create function public.log_message_creation() returns trigger language plpgsql as $$
begin
  perform log_ticket_activity(new.ticket_id, 'message_added', new.sender_id, new.sender_type, null, null, 'New message added');
  return new;
end
$$;
create trigger log_new_message after insert on public.support_messages
  for each row execute function public.log_message_creation();
create function public.archive_old_tickets() returns integer language plpgsql as $$
declare
  v_archived_count integer;
begin
  with archived as (
    update public.support_tickets set is_archived = true, archived_at = now()
    where status in ('resolved', 'closed') and resolved_at < now() - interval '6 months' and is_archived = false
    returning id
  )
  select count(*) into v_archived_count from archived;
  return v_archived_count;
end
$$;
create function public.delete_old_archived_tickets() returns integer language plpgsql as $$
declare
  v_deleted_count integer;
begin
  with deleted as (
    delete from public.support_tickets where is_archived = true and archived_at < now() - interval '2 years' returning id
  )
  select count(*) into v_deleted_count from deleted;
  return v_deleted_count;
end
$$;
grant execute on function public.log_ticket_activity, public.update_ticket_status, public.assign_ticket to authenticated;
create view public.support_ticket_stats as
select count(*) filter (where status = 'open') as open_tickets,
       count(*) filter (where status = 'in_progress') as in_progress_tickets,
       count(*) filter (where status = 'resolved') as resolved_tickets,
       count(*) filter (where status = 'closed') as closed_tickets,
       avg(customer_rating) filter (where customer_rating is not null) as avg_rating
from public.support_tickets where is_archived = false;

-- Two days later the platform moved to a second pair of tables, with other words.
create table public.chat_sessions (
  id uuid primary key default gen_random_uuid(),
  session_number text unique not null,
  user_id uuid not null references auth.users (id) on delete cascade,
  user_email text not null,
  user_name text,
  status text not null default 'active' check (status in
    ('active', 'waiting', 'assigned', 'resolved', 'closed', 'escalated', 'abandoned')),
  priority text not null default 'normal' check (priority in ('low', 'normal', 'high', 'urgent')),
  category text check (category in
    ('technical_support', 'account_help', 'billing', 'security_concern', 'feature_question', 'bug_report', 'general')),
  assigned_to uuid references auth.users (id) on delete set null,
  assigned_at timestamptz,
  resolved_at timestamptz,
  resolved_by uuid references auth.users (id) on delete set null,
  resolution_notes text,
  is_analyzed boolean default false,
  analyzed_at timestamptz,
  analyzed_by uuid references auth.users (id) on delete set null,
  ai_summary text,
  ai_sentiment jsonb,
  ai_risk_score integer check (ai_risk_score between 0 and 100),
  ai_detected_issues jsonb default '[]',
  ai_recommended_actions jsonb default '[]',
  linked_incident_id uuid,
  security_flagged boolean default false,
  security_flag_reason text,
  customer_rating integer check (customer_rating between 1 and 5),
  customer_feedback text,
  rated_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  last_activity_at timestamptz not null default now(),
  ip_address inet,
  user_agent text,
  metadata jsonb default '{}',
  archived_at timestamptz,
  is_archived boolean default false
);
create sequence public.chat_session_seq start 1000;
create function public.generate_chat_session_number() returns trigger language plpgsql as $$
begin
  new.session_number := 'CHAT-' || lpad(nextval('chat_session_seq')::text, 6, '0');
  return new;
end
$$;
create trigger set_chat_session_number before insert on public.chat_sessions
  for each row when (new.session_number is null) execute function public.generate_chat_session_number();
create table public.chat_messages (
  id uuid primary key default gen_random_uuid(),
  session_id uuid not null references public.chat_sessions (id) on delete cascade,
  sender_id uuid not null references auth.users (id) on delete cascade,
  sender_type text not null check (sender_type in ('customer', 'agent', 'admin', 'system', 'bot')),
  message text not null,
  attachments jsonb default '[]',
  is_internal boolean default false,
  is_edited boolean default false,
  edited_at timestamptz,
  is_read boolean default false,
  read_at timestamptz,
  read_by uuid references auth.users (id) on delete set null,
  ai_flagged boolean default false,
  ai_flag_reason text,
  sentiment_score numeric(3,2),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  ip_address inet,
  user_agent text,
  metadata jsonb default '{}'
);
create index idx_chat_messages_session_id on public.chat_messages (session_id);
create table public.chat_session_activity (
  id uuid primary key default gen_random_uuid(),
  session_id uuid not null references public.chat_sessions (id) on delete cascade,
  activity_type text not null check (activity_type in
    ('session_started', 'agent_joined', 'agent_left', 'status_changed', 'priority_changed', 'escalated', 'message_sent',
     'analyzed', 'security_flagged', 'incident_created', 'resolved', 'closed', 'rated')),
  actor_id uuid references auth.users (id) on delete set null,
  actor_type text not null check (actor_type in ('customer', 'agent', 'admin', 'system', 'ai', 'bot')),
  old_value text,
  new_value text,
  description text,
  created_at timestamptz not null default now(),
  ip_address inet,
  user_agent text,
  metadata jsonb default '{}'
);
create index idx_chat_activity_session_id on public.chat_session_activity (session_id);
alter table public.chat_sessions enable row level security;
alter table public.chat_messages enable row level security;
alter table public.chat_session_activity enable row level security;
create policy "Users can view own chat sessions" on public.chat_sessions for select using (auth.uid() = user_id);
create policy "Users can create chat sessions" on public.chat_sessions for insert with check (auth.uid() = user_id);
create policy "Users can update own chat sessions" on public.chat_sessions for update
  using (auth.uid() = user_id) with check (auth.uid() = user_id);
create policy "Users can view messages in own sessions" on public.chat_messages for select using
  (exists (select 1 from public.chat_sessions where id = session_id and user_id = auth.uid()) and is_internal = false);
create policy "Users can create messages in own sessions" on public.chat_messages for insert with check
  (auth.uid() = sender_id
   and (exists (select 1 from public.chat_sessions where id = session_id and user_id = auth.uid())
     or exists (select 1 from public.user_roles where user_id = auth.uid() and role in ('admin', 'support_agent'))));
create policy "Users can view activity in own sessions" on public.chat_session_activity for select using
  (exists (select 1 from public.chat_sessions where id = session_id and user_id = auth.uid()));
create function public.log_chat_activity(p_session_id uuid, p_activity_type text, p_actor_id uuid, p_actor_type text,
  p_old_value text default null, p_new_value text default null, p_description text default null)
returns uuid language plpgsql security definer as $$
declare
  v_activity_id uuid;
begin
  insert into public.chat_session_activity (session_id, activity_type, actor_id, actor_type, old_value, new_value, description)
  values (p_session_id, p_activity_type, p_actor_id, p_actor_type, p_old_value, p_new_value, p_description)
  returning id into v_activity_id;
  update public.chat_sessions set last_activity_at = now() where id = p_session_id;
  return v_activity_id;
end
$$;
create function public.log_chat_session_creation() returns trigger language plpgsql as $$
begin
  perform log_chat_activity(new.id, 'session_started', new.user_id, 'customer', null, null, 'Chat session started');
  return new;
end
$$;
create trigger log_new_chat_session after insert on public.chat_sessions
  for each row execute function public.log_chat_session_creation();
-- Copies the start of each message into the activity, of internal notes too.
create function public.log_chat_message_creation() returns trigger language plpgsql as $$
begin
  perform log_chat_activity(new.session_id, 'message_sent', new.sender_id, new.sender_type, null, null,
    'New message: ' || left(new.message, 50) || '...');
  return new;
end
$$;
create trigger log_new_chat_message after insert on public.chat_messages
  for each row execute function public.log_chat_message_creation();

-- Supabase's realtime service publishes the tables that a platform adds to this publication.
create publication supabase_realtime for table
  public.support_tickets, public.support_messages, public.chat_sessions, public.chat_messages;
-- Projects of before 30 October 2026 granted all of `public` to the roles of the API by default.
-- Later ones grant what the platform's migrations say. Either way these tables were reachable.
grant select, insert, update on all tables in schema public to anon, authenticated;
grant all on all tables in schema public to service_role;
grant usage on all sequences in schema public to anon, authenticated, service_role;
