-- Deliveries: effects in the outside world, for example a request to a webhook. A delivery is leased while it is attempted, so that no transaction is
-- open while the network is waited for. It is attempted at least once, under the same id each time. It contains no text of a message: the text is read
-- when it is sent, so that a redacted message is not sent by a retry.
-- Under traffic: a new table only; safe.

create table deliveries (
  -- A UUIDv7 that the receiver gets, to recognise a repeated delivery.
  id uuid not null,
  kind text not null,
  -- Whom the delivery is for, for example the id of a webhook. Receivers share the available slots fairly.
  receiver text not null,
  ticket_id uuid,
  seq bigint,
  -- Makes it harmless to plan a delivery twice.
  key text not null,
  payload jsonb not null default '{}',
  -- Attempts that have begun.
  attempts integer not null default 0,
  is_retry boolean not null generated always as (attempts > 0 or replays > 0) stored,
  -- When the next attempt is due. It does not change while the delivery is leased.
  next_at timestamptz not null,
  -- Set during an attempt. Another worker takes the delivery over when the lease has expired, and the result of the first one is then refused.
  lease_token uuid,
  lease_until timestamptz,
  done_at timestamptz,
  -- Set when no further attempt is made, until an admin replays the delivery.
  dead_at timestamptz,
  error text,
  replays integer not null default 0,
  created_at timestamptz not null default clock_timestamp(),
  constraint deliveries_pkey primary key (id),
  constraint deliveries_receiver_key unique (kind, receiver, key),
  constraint deliveries_ticket_fkey foreign key (ticket_id) references support_tickets (id) on delete cascade,
  constraint deliveries_kind_check check (kind ~ '^[a-z][a-z0-9_]{0,62}$'),
  constraint deliveries_sizes_check check (char_length(receiver) between 1 and 200 and char_length(key) <= 200 and char_length(error) <= 500
                                           and octet_length(payload::text) <= 16384),
  constraint deliveries_lease_check check ((lease_token is null) = (lease_until is null)),
  constraint deliveries_end_check check (num_nonnulls(done_at, dead_at, lease_token) <= 1)
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.01);
create index deliveries_open_idx on deliveries (kind, receiver, is_retry, next_at) where done_at is null and dead_at is null;
create index deliveries_leased_idx on deliveries (kind, receiver, lease_until) where lease_token is not null;
create index deliveries_dead_idx on deliveries (kind, dead_at, id) where dead_at is not null;
create index deliveries_done_idx on deliveries (done_at) where done_at is not null;
create index deliveries_ticket_idx on deliveries (ticket_id) where ticket_id is not null;

alter table deliveries enable row level security;
alter table deliveries force row level security;
