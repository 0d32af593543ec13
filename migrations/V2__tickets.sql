-- Tickets, the transitions between their statuses, and the heads of their histories.
-- Under traffic: new tables, sequences and functions only; safe.

create sequence support_ticket_numbers;

create table support_tickets (
  id uuid not null default gen_random_uuid(),
  ticket_number text not null,
  user_id uuid not null,
  subject text not null,
  category text not null default 'general',
  priority text not null default 'medium',
  status text not null default 'open',
  assigned_to uuid,
  assigned_at timestamptz,
  -- The agent's first name: what the customer's role may read instead of an id. Follows `people.first_name`.
  assignee_name text,
  satisfaction_rating integer,
  satisfaction_comment text,
  first_response_at timestamptz,
  resolved_at timestamptz,
  closed_at timestamptz,
  archived_at timestamptz,
  legal_hold boolean not null default false,
  ip_address inet default support_current_address(),
  user_agent text default support_current_user_agent(),
  metadata jsonb not null default '{}',
  -- The customer's address at hand for the search index; follows `people.email`.
  customer_email text,
  -- The `Idempotency-Key` of the opening, and what was opened under it.
  key text,
  key_digest bytea,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  search_text text not null generated always as (lower(ticket_number || ' ' || subject || ' ' || coalesce(customer_email, ''))) stored,
  constraint support_tickets_pkey primary key (id),
  constraint support_tickets_number_key unique (ticket_number),
  constraint support_tickets_user_key unique (user_id, key),
  constraint support_tickets_subject_check check (char_length(subject) between 1 and 200 and subject !~ '[[:cntrl:]]'),
  constraint support_tickets_category_check check (category in
    ('technical', 'billing', 'account', 'feature_request', 'bug_report', 'general', 'security', 'compliance')),
  constraint support_tickets_priority_check check (priority in ('low', 'medium', 'high', 'urgent')),
  constraint support_tickets_status_check check (status in
    ('open', 'in_progress', 'waiting_on_customer', 'waiting_on_admin', 'resolved', 'closed', 'escalated')),
  constraint support_tickets_rating_check check (satisfaction_rating between 1 and 5),
  constraint support_tickets_comment_check check (char_length(satisfaction_comment) <= 2000),
  constraint support_tickets_metadata_check check (jsonb_typeof(metadata) = 'object' and octet_length(metadata::text) <= 16384),
  constraint support_tickets_key_check check (char_length(key) between 1 and 64),
  -- A number that is an id, begins or ends with a blank, or is all dots could not be told from another ticket or from a path.
  constraint support_tickets_ticket_number_check check (char_length(ticket_number) between 1 and 64
    and ticket_number !~* '[[:cntrl:]]|^[[:space:]]|[[:space:]]$|^[.]+$|^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$'),
  constraint support_tickets_assignee_name_check check (char_length(assignee_name) <= 200),
  constraint support_tickets_customer_email_check check (char_length(customer_email) <= 320),
  constraint support_tickets_user_agent_check check (char_length(user_agent) <= 400),
  constraint support_tickets_created_at_check
    check (created_at between '0001-01-01 00:00:00+00' and '9999-12-31 23:59:59.999999+00')
) with (fillfactor = 85);

-- The lists leave archived tickets out unless asked, so the filters' indexes do too.
create index support_tickets_status_idx on support_tickets (status) where archived_at is null;
create index support_tickets_category_idx on support_tickets (category) where archived_at is null;
create index support_tickets_priority_idx on support_tickets (priority) where archived_at is null;
create index support_tickets_assigned_to_idx on support_tickets (assigned_to) where archived_at is null;
-- With `archived_at` at hand, so that the statistics count recent tickets from the index alone.
create index support_tickets_created_at_idx on support_tickets (created_at, id) include (archived_at);
create index support_tickets_archived_at_idx on support_tickets (archived_at) where archived_at is not null;
create index support_tickets_search_idx on support_tickets using gin (search_text {trgm}.gin_trgm_ops);
-- An agent's own view of what is not over: their closed tickets, thousands in time, are not walked through.
create index support_tickets_mine_idx on support_tickets (assigned_to)
  where archived_at is null and assigned_to is not null and status not in ('resolved', 'closed');

-- Which transitions a person may make by hand; core's rule is the same (a test compares them).
create table support_status_transitions (
  actor_type text not null,
  from_status text not null,
  to_status text not null,
  constraint support_status_transitions_pkey primary key (actor_type, from_status, to_status)
);

insert into support_status_transitions (actor_type, from_status, to_status)
select a.actor_type, f.status, t.status
from unnest(array['admin', 'system']) as a (actor_type),
     unnest(array['open', 'in_progress', 'waiting_on_customer', 'waiting_on_admin', 'escalated']) as f (status),
     unnest(array['open', 'in_progress', 'waiting_on_customer', 'waiting_on_admin', 'escalated', 'resolved', 'closed']) as t (status)
where f.status <> t.status
union all
select a.actor_type, m.from_status, m.to_status
from unnest(array['admin', 'system']) as a (actor_type),
     (values ('resolved', 'open'), ('resolved', 'in_progress'), ('resolved', 'closed'), ('closed', 'open')) as m (from_status, to_status)
union all
select 'customer', m.from_status, m.to_status
from (values ('open', 'closed'), ('in_progress', 'closed'), ('waiting_on_customer', 'closed'), ('waiting_on_admin', 'closed'),
             ('escalated', 'closed'), ('resolved', 'open'), ('resolved', 'closed'), ('closed', 'open')) as m (from_status, to_status);

-- Which transitions a message makes; core's rule is the same (a test compares them).
create table support_message_transitions (
  sender_type text not null,
  from_status text not null,
  to_status text not null,
  constraint support_message_transitions_pkey primary key (sender_type, from_status)
);

insert into support_message_transitions (sender_type, from_status, to_status)
values ('customer', 'resolved', 'open'), ('customer', 'waiting_on_customer', 'waiting_on_admin'),
       ('admin', 'open', 'in_progress'), ('admin', 'waiting_on_admin', 'in_progress');

-- What every message bumps, apart from the much-indexed ticket row: narrow rows with room to be updated in place.
create table support_ticket_heads (
  ticket_id uuid not null,
  seq bigint not null default 0,
  public_seq bigint not null default 0,
  last_activity_at timestamptz not null,
  public_last_activity_at timestamptz not null,
  -- The lists that agents live in show active tickets: a few thousand among a million that are over.
  is_over boolean not null default false,
  constraint support_ticket_heads_pkey primary key (ticket_id),
  constraint support_ticket_heads_ticket_fkey foreign key (ticket_id) references support_tickets (id) on delete cascade
) with (fillfactor = 40, autovacuum_vacuum_scale_factor = 0.02);

-- The console's order. It costs the bump its in-place update: measured, about 5 % of an append of 64 messages.
create index support_ticket_heads_activity_idx on support_ticket_heads (last_activity_at desc, ticket_id desc);
create index support_ticket_heads_active_idx on support_ticket_heads (last_activity_at desc, ticket_id desc) where not is_over;

alter table support_tickets enable row level security;
alter table support_tickets force row level security;
alter table support_status_transitions enable row level security;
alter table support_status_transitions force row level security;
alter table support_message_transitions enable row level security;
alter table support_message_transitions force row level security;
alter table support_ticket_heads enable row level security;
alter table support_ticket_heads force row level security;
