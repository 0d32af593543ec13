-- People whom the platform's query of names returned once and no longer returns. An admin decides whether their personal data is erased; nothing is
-- erased by itself.
-- Under traffic: new tables, and an index of a table that only new instances write; safe.

create table erasure_proposals (
  person_id uuid not null,
  -- Since when the query no longer returns the person.
  gone_since timestamptz not null,
  proposed_at timestamptz not null,
  -- When an admin refused, and who. The person is then not proposed again, unless the platform has them again in between.
  refused_at timestamptz,
  refused_by uuid,
  constraint erasure_proposals_pkey primary key (person_id),
  constraint erasure_proposals_refused_check check (refused_at is not null or refused_by is null)
);
-- People whose personal data was erased. What is copied from the platform does not bring their names back.
create table erased_people (
  person_id uuid not null,
  erased_at timestamptz not null,
  -- The ticket up to which the person's name has been removed from histories, in the order of ids. `is_done`: from all.
  names_up_to uuid,
  is_done boolean not null default false,
  constraint erased_people_pkey primary key (person_id)
);
create index erased_people_left_idx on erased_people (erased_at) where not is_done;
create index platform_people_gone_idx on platform_people (gone_since) where gone_since is not null;

alter table erasure_proposals enable row level security;
alter table erasure_proposals force row level security;
alter table erased_people enable row level security;
alter table erased_people force row level security;
