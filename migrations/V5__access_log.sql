-- What is no history of a ticket but must not go unrecorded: staff reads, refused attempts, and who gives whom which role.
-- Under traffic: new tables, sequences and functions only; safe.

create table access_log (
  id bigint generated always as identity,
  -- Null: before sign-in, or an administrator of the database.
  user_id uuid,
  action text not null,
  -- No foreign key: refused attempts name tickets that never were, and rows outlive their ticket.
  ticket_id uuid,
  refused text,
  ip_address inet,
  user_agent text,
  detail jsonb not null default '{}',
  xid xid8 not null default pg_current_xact_id(),
  created_at timestamptz not null default clock_timestamp(),
  cluster bigint not null default helpline_cluster(),
  constraint access_log_pkey primary key (id),
  constraint access_log_action_check check (action ~ '^[a-z][a-z_]{0,63}$'),
  constraint access_log_refused_check check (char_length(refused) <= 64),
  constraint access_log_user_agent_check check (char_length(user_agent) <= 400),
  constraint access_log_detail_check check (octet_length(detail::text) <= 4194304)
);

create index access_log_created_at_idx on access_log using brin (created_at);
create index access_log_user_idx on access_log (user_id, id);
create index access_log_ticket_idx on access_log (ticket_id, id) where ticket_id is not null;

alter table access_log enable row level security;
alter table access_log force row level security;
