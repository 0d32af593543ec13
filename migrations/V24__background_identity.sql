-- Whether this is the production database. Background work that has effects outside the database, or deletes from it, runs only in the database and at
-- the public address that were confirmed: a restored or copied database contains deliveries that its original has made.
-- Under traffic: a new table, and one read of a ticket; safe.

create table background_identity (
  only_row boolean not null default true,
  -- The database (see `helpline_cluster`) that was confirmed. Null after a restore, until it is confirmed.
  cluster bigint,
  -- The setting `HELPLINE_PUBLIC_URL` with which it was confirmed. Empty if it is not set, null before the first confirmation. A copy of a data directory
  -- has the same `cluster`.
  public_url text,
  confirmed_at timestamptz,
  -- Null if an administrator of the database or the first start has confirmed it.
  confirmed_by uuid,
  -- Set when the database's clock has jumped, until an admin has checked it.
  clock_paused_at timestamptz,
  -- By how much the clock jumped; negative if it went back.
  clock_jump_ms bigint,
  constraint background_identity_pkey primary key (only_row),
  constraint background_identity_only_row_check check (only_row),
  constraint background_identity_public_url_check check (char_length(public_url) <= 2000),
  constraint background_identity_clock_check check ((clock_paused_at is null) = (clock_jump_ms is null))
);

-- A desk from before this version may be a copy of the live one, which the first start on it cannot know. So an admin confirms it.
insert into background_identity (public_url) select null from (select from support_tickets limit 1) t;

alter table background_identity enable row level security;
alter table background_identity force row level security;
