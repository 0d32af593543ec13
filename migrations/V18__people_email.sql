-- The index by which admins find a person's address before they give the person a role.
--
-- Under traffic: built concurrently with writers. If the build is interrupted, the index is dropped and built again; if it was finished but not
-- recorded, the index is kept. Safe.
-- Without a transaction.
create index concurrently if not exists people_email_idx on {schema}.people (lower(email)) where email is not null
