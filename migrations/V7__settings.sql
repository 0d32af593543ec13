-- The desk's settings and its saved replies.
-- Under traffic: new tables, sequences and functions only; safe.

-- One row per name; which names there are and of what shape, the service knows.
create table support_settings (
  name text not null,
  value jsonb not null,
  updated_by uuid,
  updated_at timestamptz not null default now(),
  constraint support_settings_pkey primary key (name),
  constraint support_settings_name_check check (name ~ '^[a-z][a-z_]{0,63}$'),
  constraint support_settings_value_check check (octet_length(value::text) <= 16384)
);

-- Texts that an agent inserts by their shortcut; `{{…}}` in them is filled in by the client.
create table support_saved_replies (
  id uuid not null,
  shortcut text not null,
  title text not null,
  body text not null,
  created_by uuid,
  updated_by uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint support_saved_replies_pkey primary key (id),
  constraint support_saved_replies_shortcut_key unique (shortcut),
  constraint support_saved_replies_shortcut_check check (shortcut ~ '^[a-z0-9_-]{1,40}$'),
  constraint support_saved_replies_title_check check (char_length(title) between 1 and 100 and title !~ '[[:cntrl:]]'),
  constraint support_saved_replies_body_check check (octet_length(body) between 1 and 16384)
);

alter table support_settings enable row level security;
alter table support_settings force row level security;
alter table support_saved_replies enable row level security;
alter table support_saved_replies force row level security;
