-- Runs of retention: each is planned, perhaps approved, and then acts in portions, each in its own transaction, which also records here how far the
-- run is. When a run is done, its row is the receipt, which never changes.
-- Under traffic: new tables only; safe.

create table retention_runs (
  id uuid not null,
  kind text not null,
  state text not null,
  -- The occurrence of the schedule for which the run was made.
  period timestamptz not null,
  -- The policy by which the run was planned. The run stops if the policy changes.
  months integer not null,
  share_max_percent integer not null,
  planned_at timestamptz not null,
  cutoff timestamptz not null,
  -- The plan: how many rows there were, how many of them were due, and why the others were not.
  total bigint not null,
  due bigint not null,
  skipped jsonb not null,
  approved_by uuid,
  approved_at timestamptz,
  -- How far the run is. It goes through all tickets in the order of their ids, up to three times, because other transactions may have locked some.
  pass smallint not null default 1,
  position_ticket uuid,
  position_row bigint,
  changed bigint not null default 0,
  worked_ms bigint not null default 0,
  -- The receipt: what was left out in the end, and the SHA-256 of the ids of all tickets that the run changed. For entries of the access log, it is a
  -- chain: the SHA-256 of the digest before and the ids of the portion.
  kept jsonb,
  digest text,
  reason text,
  done_at timestamptz,
  constraint retention_runs_pkey primary key (id),
  constraint retention_runs_period_key unique (kind, period),
  constraint retention_runs_kind_check check (kind in ('archive', 'delete', 'access_log')),
  constraint retention_runs_state_check check (state in ('waiting', 'acting', 'done', 'stopped', 'expired')),
  constraint retention_runs_done_check check ((done_at is null) = (state in ('waiting', 'acting'))),
  constraint retention_runs_months_check check (months between 1 and 240 and share_max_percent between 1 and 100),
  constraint retention_runs_digest_check check (digest ~ '^[0-9a-f]{64}$')
);
create unique index retention_runs_open_idx on retention_runs (kind) where done_at is null;
create index retention_runs_planned_idx on retention_runs (planned_at desc, id desc);

-- The tickets that a run has changed so far, for its digest, and those that it could not change. Empty again when the run is done.
create table retention_run_tickets (
  run_id uuid not null,
  ticket_id uuid not null,
  -- Why the database refused the change, for example because another table refers to the ticket. Null if the ticket was changed.
  error text,
  constraint retention_run_tickets_pkey primary key (run_id, ticket_id),
  constraint retention_run_tickets_run_fkey foreign key (run_id) references retention_runs (id),
  constraint retention_run_tickets_error_check check (char_length(error) <= 500)
);

alter table retention_runs enable row level security;
alter table retention_runs force row level security;
alter table retention_run_tickets enable row level security;
alter table retention_run_tickets force row level security;
