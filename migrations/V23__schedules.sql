-- Schedules: work at a time of day in a time zone, for example each Monday at 9:00 in Berlin. For each period there is one row in `schedule_runs`, which
-- is committed before the work begins. A run that was interrupted is continued by another instance.
-- Under traffic: new tables only; safe.

create table schedules (
  name text not null,
  -- An IANA time zone.
  zone text not null,
  wall_time time not null,
  every text not null,
  -- Of a week 1 (Monday) to 7; of a month or a quarter's first month 1 to 31, where a month that is too short means its last day.
  on_day smallint,
  -- The next occurrence, which the service computes.
  next_at timestamptz not null,
  paused_at timestamptz,
  constraint schedules_pkey primary key (name),
  constraint schedules_name_check check (name ~ '^[a-z][a-z0-9_]{0,62}$'),
  constraint schedules_zone_check check (char_length(zone) between 1 and 64),
  constraint schedules_every_check check (every in ('day', 'week', 'month', 'quarter')),
  constraint schedules_on_day_check check (case every when 'day' then on_day is null when 'week' then on_day between 1 and 7 else on_day between 1 and 31 end)
);
create index schedules_next_idx on schedules (next_at) where paused_at is null;

create table schedule_runs (
  schedule text not null,
  -- The occurrence for which the run was made.
  period timestamptz not null,
  -- What the run has done so far, from which it is continued.
  progress jsonb not null default '{}',
  attempts integer not null default 1,
  lease_token uuid,
  lease_until timestamptz,
  started_at timestamptz not null,
  done_at timestamptz,
  error text,
  constraint schedule_runs_pkey primary key (schedule, period),
  constraint schedule_runs_lease_check check ((lease_token is null) = (lease_until is null) and (done_at is null or lease_token is null)),
  constraint schedule_runs_sizes_check check (octet_length(progress::text) <= 65536 and char_length(error) <= 500)
);
create index schedule_runs_open_idx on schedule_runs (schedule, period) where done_at is null;

alter table schedules enable row level security;
alter table schedules force row level security;
alter table schedule_runs enable row level security;
alter table schedule_runs force row level security;
