-- Timers: moments in the future at which something happens to a ticket, for example the end of a deadline. The row is deleted in the transaction that
-- acts, so a timer fires once, and the table contains only the future.
-- Under traffic: a new table only; safe.

create table timers (
  id bigint generated always as identity,
  kind text not null,
  ticket_id uuid not null,
  -- Distinguishes the timers of one kind on one ticket.
  key text not null,
  -- The true deadline, also if the timer fires late or is retried.
  due_at timestamptz not null,
  -- When the timer is tried next.
  fire_at timestamptz not null,
  payload jsonb not null default '{}',
  attempts integer not null default 0,
  error text,
  -- Set after the last automatic attempt: an admin must retry or remove the timer.
  held_at timestamptz,
  created_at timestamptz not null default clock_timestamp(),
  constraint timers_pkey primary key (id),
  constraint timers_ticket_key unique (ticket_id, kind, key),
  constraint timers_ticket_fkey foreign key (ticket_id) references support_tickets (id) on delete cascade,
  constraint timers_kind_check check (kind ~ '^[a-z][a-z0-9_]{0,62}$'),
  constraint timers_key_check check (char_length(key) <= 100),
  constraint timers_payload_check check (octet_length(payload::text) <= 16384),
  constraint timers_error_check check (char_length(error) <= 500)
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.01);
create index timers_fire_idx on timers (kind, fire_at, id) where held_at is null;
create index timers_held_idx on timers (held_at) where held_at is not null;

alter table timers enable row level security;
alter table timers force row level security;
