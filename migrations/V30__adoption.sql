-- Tickets that were adopted from a platform's own tables: by what content, what could not be stored as it was, and which privileges the cut-over
-- revoked there.
-- Under traffic: new tables only; safe.

create table adopted_tickets (
  ticket_id uuid not null,
  -- The table from which the ticket came.
  source text not null,
  -- The SHA-256 of the ticket's source rows. The ticket is copied again when it differs.
  digest text not null,
  -- The digest when the ticket was stored whole for the last time. If it is the present one, the platform has changed nothing since.
  written_digest text not null,
  -- A digest of each source row from which the ticket, its messages and its events were stored. A row that has another one now was changed on the
  -- platform since.
  row_digests jsonb not null,
  -- Everyone who owned the ticket when it was stored: what they wrote stays a customer's.
  owners uuid[] not null,
  -- The last event of the ticket when it was copied. A ticket with more events was changed in this desk and is never replaced.
  seq bigint not null,
  -- The clock of the run that stored the ticket whole. What lies after it counts as the future.
  adopted_at timestamptz not null,
  -- When retention deleted the ticket. The row stays, so that the ticket does not come back.
  deleted_at timestamptz,
  constraint adopted_tickets_pkey primary key (ticket_id),
  constraint adopted_tickets_digest_check check (digest ~ '^[0-9a-f]{64}$' and written_digest ~ '^[0-9a-f]{64}$')
);

-- Values of source rows that the desk cannot store as they were. They are deleted with the ticket, and redacted with the message, event, subject or
-- comment whose text they are. Whether their ticket exists is checked at the end of a transaction, because an adopted ticket that is replaced is deleted
-- and stored again, and what is kept of rows that the platform has deleted stays where it is meanwhile.
create table adopted_originals (
  ticket_id uuid not null,
  source text not null,
  row_id uuid not null,
  field text not null,
  message_id uuid,
  original jsonb not null,
  constraint adopted_originals_pkey primary key (ticket_id, source, row_id, field),
  constraint adopted_originals_ticket_fkey foreign key (ticket_id) references support_tickets (id) deferrable initially deferred,
  constraint adopted_originals_source_check check (source in ('ticket', 'message', 'activity'))
);

-- Privileges on the platform's tables and functions that the cut-over revoked, so that it can be undone.
create table adoption_revoked (
  id bigint not null generated always as identity,
  -- The other database in which they were revoked: the identifier of its cluster and its name. Null: in this one.
  database text,
  -- The table of tickets whose adoption revoked them.
  source text not null,
  object_kind text not null,
  object_name text not null,
  column_name text,
  privilege text not null,
  grantee text not null,
  is_grantable boolean not null,
  revoked_at timestamptz not null default now(),
  constraint adoption_revoked_pkey primary key (id),
  constraint adoption_revoked_kind_check check (object_kind in ('table', 'function'))
);

alter table adopted_tickets enable row level security;
alter table adopted_tickets force row level security;
alter table adopted_originals enable row level security;
alter table adopted_originals force row level security;
alter table adoption_revoked enable row level security;
alter table adoption_revoked force row level security;
