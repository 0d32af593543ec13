-- The person of an issuer's subject, made as at a first sign-in; a row that is there already wins.
insert into {schema}.people_subjects (issuer, subject, person)
values ($1, $2, {schema}.support_subject_person($1, $2))
on conflict (issuer, subject) do nothing
