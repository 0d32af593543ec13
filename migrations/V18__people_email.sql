-- Who has this address: asked by admins who give someone a role.
-- Under traffic: built concurrently, beside writers; a build that was broken off is dropped and begun again, and one that
-- was finished but not recorded is taken as it is. Safe.
-- Without a transaction.
create index concurrently if not exists people_email_idx on {schema}.people (lower(email)) where email is not null
