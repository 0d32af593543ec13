-- Maps a token issuer's subject to a person, as the subject's first sign-in does. An existing row
-- is kept.
insert into {schema}.people_subjects (issuer, subject, person)
values ($1, $2, {schema}.support_subject_person($1, $2))
on conflict (issuer, subject) do nothing
