-- The owner has policies on every table; an administrator who is no superuser has none.
set role {owner}
