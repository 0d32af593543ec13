-- Act as the owner of the tables, because only the owner's policies allow access to every table. An
-- administrator of the database who is not a superuser has no such policies.
set role {owner}
