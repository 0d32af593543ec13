-- The instances that serve this database, so that two that no relay joins notice each other. Of a moment: nothing is lost with it, so it costs no log.
-- Under traffic: a new table only; safe.

create unlogged table service_instances (
  id uuid not null,
  has_relay boolean not null,
  started_at timestamptz not null default clock_timestamp(),
  seen_at timestamptz not null default clock_timestamp(),
  constraint service_instances_pkey primary key (id)
);

alter table service_instances enable row level security;
alter table service_instances force row level security;
