-- The owner has policies on every table. An administrator of the database who is no superuser has none.
set role {owner}
