-- People whom the platform's query of names has returned (`migrate --names-from`). Their tokens do not change what the query gives.
-- Under traffic: a new table only; safe.

create table platform_people (
  person_id uuid not null,
  -- Whether the query gave a name and an address that could be used.
  gives_name boolean not null,
  gives_email boolean not null,
  -- Since when the query no longer returns the person.
  gone_since timestamptz,
  constraint platform_people_pkey primary key (person_id)
);

alter table platform_people enable row level security;
alter table platform_people force row level security;
