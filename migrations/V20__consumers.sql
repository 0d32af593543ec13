-- Consumers: background work that handles every event of every ticket once, each ticket in order, for example to plan webhooks. A consumer reads the
-- history in windows. A window is the set of events that are not visible in one snapshot (`seen`) and visible in a later one (`upto`).
-- Under traffic: new tables only; safe.

create table consumers (
  name text not null,
  -- The cluster (see `helpline_cluster`) to which the transaction numbers in `seen` and `upto` belong.
  cluster bigint not null,
  -- The consumer has passed every event that is visible in this snapshot.
  seen pg_snapshot not null,
  -- The end of the window that is being read. Null between two windows.
  upto pg_snapshot,
  -- The last event of the window that the consumer has passed. Windows are read in the order of ticket and `seq`.
  position_ticket uuid,
  position_seq bigint,
  -- Whether the rest of the window is listed in `consumer_windows`.
  is_sorted boolean not null default false,
  -- Former clusters with events in the history, all of which the consumer has passed or listed in `consumer_windows`.
  clusters_done bigint[] not null default '{}',
  paused_at timestamptz,
  events bigint not null default 0,
  moved_at timestamptz not null default clock_timestamp(),
  constraint consumers_pkey primary key (name),
  constraint consumers_name_check check (name ~ '^[a-z][a-z0-9_]{0,62}$'),
  constraint consumers_position_check check ((position_ticket is null) = (position_seq is null)),
  constraint consumers_window_check check (upto is not null or (position_ticket is null and not is_sorted))
) with (fillfactor = 50);

-- Tickets of which a consumer could not handle an event. While a ticket has a row here, the consumer skips the ticket's later events and handles the
-- events of other tickets. When the event succeeds, the skipped events follow in order.
create table consumer_faults (
  consumer text not null,
  ticket_id uuid not null,
  -- The event that failed. All earlier events of the ticket were handled.
  seq bigint not null,
  -- The last event of the ticket that the consumer has skipped. Later events are in windows that it has not read yet.
  last_seq bigint not null,
  -- Failures of the event `seq`. A ticket that was locked by another transaction is retried without counting it.
  attempts integer not null default 0,
  error text not null,
  failed_at timestamptz not null,
  next_at timestamptz not null,
  -- Set after the last automatic attempt: an admin must retry or skip the event.
  held_at timestamptz,
  constraint consumer_faults_pkey primary key (consumer, ticket_id),
  constraint consumer_faults_consumer_fkey foreign key (consumer) references consumers (name) on delete cascade,
  constraint consumer_faults_ticket_fkey foreign key (ticket_id) references support_tickets (id) on delete cascade,
  constraint consumer_faults_seq_check check (seq > 0 and last_seq >= seq),
  constraint consumer_faults_error_check check (char_length(error) <= 500)
);
create index consumer_faults_ticket_idx on consumer_faults (ticket_id);
create index consumer_faults_due_idx on consumer_faults (consumer, next_at) where held_at is null;

-- The events of a window that is too large to be sorted again for each portion, for example after an import. No reference to tickets, because a check
-- of each row would double the time; an event that no longer exists is left out when it is read.
create table consumer_windows (
  consumer text not null,
  ticket_id uuid not null,
  seq bigint not null,
  constraint consumer_windows_pkey primary key (consumer, ticket_id, seq),
  constraint consumer_windows_consumer_fkey foreign key (consumer) references consumers (name) on delete cascade
);

alter table consumers enable row level security;
alter table consumers force row level security;
alter table consumer_faults enable row level security;
alter table consumer_faults force row level security;
alter table consumer_windows enable row level security;
alter table consumer_windows force row level security;
