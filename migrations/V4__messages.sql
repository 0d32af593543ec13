-- Messages and notes.
-- Under traffic: new table only; safe.

set local role helpline_owner;

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
  constraint support_messages_key_check check (char_length(key) between 1 and 64)
);

alter table support_messages enable row level security;
alter table support_messages force row level security;
create policy support_messages_owner on support_messages to helpline_owner using (true) with check (true);

reset role;
