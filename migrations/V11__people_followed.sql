-- People whose address or name has changed and whose tickets have yet to take it over. A sign-in writes one row here, however many tickets there
-- are; a job does the rest in portions.
-- Under traffic: a new table only; safe.

create table people_to_follow (
  person_id uuid not null,
  since timestamptz not null default clock_timestamp(),
  constraint people_to_follow_pkey primary key (person_id)
);

alter table people_to_follow enable row level security;
alter table people_to_follow force row level security;
