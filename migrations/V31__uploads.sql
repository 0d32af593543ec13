-- Files: uploads, and the bytes in the store that no upload needs any longer. A message may be empty if it has files, and the result of a file's check
-- is an event.
-- Under traffic: new tables, and constraints that are wider than before. Existing rows are not read here, V32 does that. Safe.

create table uploads (
  -- A UUIDv7; also the id of the attachment that the upload becomes.
  id uuid not null,
  owner_id uuid not null,
  -- The ticket for which the file is. Null: for a ticket that the owner opens next.
  ticket_id uuid,
  is_internal boolean not null default false,
  -- The idempotency key of the reservation.
  key text not null,
  -- The file's name, cleaned of what could harm.
  name text not null,
  -- The media type that the owner named. It decides nothing.
  declared_type text,
  -- The media type by content.
  content_type text,
  size_bytes bigint not null,
  sha256 bytea,
  state text not null default 'reserved',
  scan_finding text,
  scan_engine text,
  scanned_at timestamptz,
  -- The message that names the file. No foreign key, as in `support_ticket_activity`.
  message_id uuid,
  -- Where the bytes and the preview are in the store. Keys are never used again.
  blob_key text,
  preview_key text,
  preview_type text,
  -- Of the image.
  width integer,
  height integer,
  ip_address inet,
  created_at timestamptz not null,
  stored_at timestamptz,
  -- When the upload is deleted, unless a message names it.
  expires_at timestamptz not null,
  constraint uploads_pkey primary key (id),
  constraint uploads_owner_key unique (owner_id, key),
  constraint uploads_blob_key unique (blob_key),
  constraint uploads_ticket_fkey foreign key (ticket_id) references support_tickets (id) on delete cascade,
  constraint uploads_state_check check (state in ('reserved', 'stored', 'clean', 'not_scanned', 'infected', 'not_scannable', 'gone')),
  constraint uploads_bytes_check check ((blob_key is not null) = (state in ('stored', 'clean', 'not_scanned'))),
  constraint uploads_message_check check (message_id is null or (ticket_id is not null and state <> 'reserved')),
  constraint uploads_preview_check check (num_nonnulls(preview_key, preview_type) in (0, 2)),
  constraint uploads_sizes_check check (
    size_bytes between 1 and 9007199254740991
    and char_length(key) between 1 and 64
    and char_length(name) between 1 and 200
    and char_length(declared_type) <= 200
    and char_length(content_type) <= 200
    and char_length(scan_finding) <= 500
    and char_length(scan_engine) <= 200
    and char_length(blob_key) <= 200
    and char_length(preview_key) <= 200
    and char_length(preview_type) <= 200)
);
create index uploads_ticket_idx on uploads (ticket_id) where ticket_id is not null;
create index uploads_message_idx on uploads (message_id) where message_id is not null;
-- The quota of 24 hours.
create index uploads_owner_idx on uploads (owner_id, created_at) include (size_bytes);
create index uploads_unattached_idx on uploads (expires_at) where message_id is null;

-- Bytes in the store that are to be deleted, and bytes that are being written: a row is added before the first byte is stored, and removed when an
-- upload refers to them. So no bytes are left behind, whenever an instance dies.
create table blob_removals (
  blob_key text not null,
  since timestamptz not null,
  due_at timestamptz not null,
  attempts integer not null default 0,
  -- What is recorded when the bytes of a message's file are gone. Null for previews, and for files that no message named.
  upload_id uuid,
  ticket_id uuid,
  sha256 bytea,
  constraint blob_removals_pkey primary key (blob_key),
  constraint blob_removals_sizes_check check (char_length(blob_key) <= 200)
);
create index blob_removals_due_idx on blob_removals (due_at);

alter table support_messages
  drop constraint support_messages_body_check,
  add constraint support_messages_body_check check (
    octet_length(body) <= 16384 and (body <> '' or redacted_at is not null or jsonb_array_length(attachments) > 0)) not valid;

-- On a new database the owner's policies are not there yet.
alter table support_activity_kinds no force row level security;
insert into support_activity_kinds (kind, is_public) values ('attachment_checked', true), ('internal_attachment_checked', false);
alter table support_activity_kinds force row level security;
alter table support_ticket_activity
  drop constraint support_ticket_activity_kind_check,
  add constraint support_ticket_activity_kind_check check (case
    when kind in ('message_added', 'created', 'status_changed', 'assigned', 'unassigned', 'priority_changed', 'category_changed',
                  'resolved', 'closed', 'reopened', 'escalated', 'rated', 'message_edited', 'message_redacted', 'attachment_checked')
      then public_seq is not null
    when kind in ('internal_note_added', 'note_edited', 'note_redacted', 'logged', 'archived', 'internal_attachment_checked')
      then public_seq is null and public_old_value is null and public_new_value is null
    else false
  end) not valid;

alter table uploads enable row level security;
alter table uploads force row level security;
alter table blob_removals enable row level security;
alter table blob_removals force row level security;
