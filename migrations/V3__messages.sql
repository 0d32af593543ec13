-- Messages and notes, and how far each person has read.
-- Under traffic: new tables, sequences and functions only; safe.

create table support_messages (
  id uuid not null default gen_random_uuid(),
  ticket_id uuid not null,
  -- Null: the system.
  sender_id uuid,
  sender_type text not null,
  body text not null,
  is_internal boolean not null default false,
  attachments jsonb not null default '[]',
  -- The sender's name for this send, and what was sent under it (null once redacted: a digest of a short secret gives it away).
  key text,
  key_digest bytea,
  ip_address inet default support_current_address(),
  user_agent text default support_current_user_agent(),
  -- The moment of the row, not of its transaction: a transaction may be open for long.
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default now(),
  edited_at timestamptz,
  redacted_at timestamptz,
  constraint support_messages_pkey primary key (id),
  -- Also the way to a ticket's messages: the first column leads.
  constraint support_messages_key unique (ticket_id, sender_id, key),
  constraint support_messages_ticket_fkey foreign key (ticket_id) references support_tickets (id) on delete cascade,
  constraint support_messages_sender_type_check check (sender_type in ('customer', 'admin', 'system')),
  constraint support_messages_sender_check check ((sender_id is null) = (sender_type = 'system')),
  constraint support_messages_note_check check (not is_internal or sender_type <> 'customer'),
  constraint support_messages_body_check check (octet_length(body) <= 16384 and (body <> '' or redacted_at is not null)),
  constraint support_messages_attachments_check check (jsonb_typeof(attachments) = 'array' and jsonb_array_length(attachments) <= 10),
  constraint support_messages_key_check check (char_length(key) between 1 and 64),
  -- One check for all sizes, where every message passes.
  constraint support_messages_sizes_check check (
    octet_length(attachments::text) <= 24576
    and char_length(user_agent) <= 400
    and created_at between '0001-01-01 00:00:00+00' and '9999-12-31 23:59:59.999999+00')
);

-- State, no history: one row per person and ticket, in both numberings.
create table support_read_positions (
  ticket_id uuid not null,
  person_id uuid not null,
  seq bigint not null,
  public_seq bigint not null,
  updated_at timestamptz not null default now(),
  constraint support_read_positions_pkey primary key (ticket_id, person_id),
  constraint support_read_positions_ticket_fkey foreign key (ticket_id) references support_tickets (id) on delete cascade,
  constraint support_read_positions_seq_check check (public_seq <= seq and public_seq >= 0)
) with (fillfactor = 60);

create index support_read_positions_person_idx on support_read_positions (person_id);

alter table support_messages enable row level security;
alter table support_messages force row level security;
alter table support_read_positions enable row level security;
alter table support_read_positions force row level security;
