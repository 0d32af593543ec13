-- Legal holds. While a hold on a ticket, or on the person who opened it, is not released, the ticket is neither archived nor deleted nor redacted.
-- No references: a released hold outlives its ticket and its person, as the record of why they were kept.
-- Under traffic: a new table only; reading the tickets that are already held takes about a second per million tickets and blocks nothing. Safe.

create table legal_holds (
  id uuid not null,
  ticket_id uuid,
  person_id uuid,
  reason text not null,
  set_by uuid,
  set_at timestamptz not null,
  review_at timestamptz,
  released_by uuid,
  released_at timestamptz,
  -- Whether plain SQL has set the ticket's `legal_hold`. Plain SQL that clears it releases this hold, and no other.
  by_sql boolean not null default false,
  constraint legal_holds_pkey primary key (id),
  constraint legal_holds_scope_check check (num_nonnulls(ticket_id, person_id) = 1),
  constraint legal_holds_reason_check check (char_length(reason) between 1 and 1000),
  constraint legal_holds_released_check check (released_at is not null or released_by is null)
);
create index legal_holds_ticket_idx on legal_holds (ticket_id) where released_at is null and ticket_id is not null;
create index legal_holds_person_idx on legal_holds (person_id) where released_at is null and person_id is not null;

insert into legal_holds (id, ticket_id, reason, set_at, by_sql)
select gen_random_uuid(), t.id, 'Set before reasons were recorded', now(), true from support_tickets t where t.legal_hold;

alter table legal_holds enable row level security;
alter table legal_holds force row level security;
