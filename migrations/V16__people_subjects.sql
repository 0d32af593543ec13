-- Who is meant by the subject of a token that is no UUID. The person of a UUID is that UUID, without a row.
-- Under traffic: a new table and a new function only; safe.

-- The UUID that a text is: 32 hexadecimal digits in any case, with or without hyphens, braces or `urn:uuid:`; null for any other. The service has the
-- same rule (core/src/token_subject.rs). It belongs to the table, whose check is made by it.
create function support_subject_uuid(p_subject text) returns uuid
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  v text := regexp_replace(p_subject collate "C", '^urn:uuid:', '', 'i');
begin
  v := replace(regexp_replace(v, '^\{(.*)\}$', '\1'), '-', '');
  if v ~ '^[0-9A-Fa-f]{32}$' then
    return v::uuid;
  end if;
  return null;
end
$$;
grant execute on function support_subject_uuid(text) to {customer}, {staff};

create table people_subjects (
  -- `iss`; empty for tokens without one. Both byte by byte, and short enough for one entry of the index.
  issuer text collate "C" not null,
  -- `sub`.
  subject text collate "C" not null,
  -- No reference: an import names people who have yet to sign in.
  person uuid not null,
  created_at timestamptz not null default now(),
  constraint people_subjects_pkey primary key (issuer, subject),
  constraint people_subjects_issuer_check check (octet_length(issuer) <= 1024 and issuer !~ '[\u0001-\u001F\u007F-\u009F]'),
  constraint people_subjects_subject_check check (
    octet_length(subject) between 1 and 1024 and subject !~ '[\u0001-\u001F\u007F-\u009F]' and support_subject_uuid(subject) is null
  ),
  constraint people_subjects_person_check check (person <> '00000000-0000-0000-0000-000000000000')
);
-- What is to be deleted with a person.
create index people_subjects_person_idx on people_subjects (person);

alter table people_subjects enable row level security;
alter table people_subjects force row level security;
