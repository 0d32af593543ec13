-- Returns a person's present role, and whether they are blocked.
select r.role, r.blocked from {schema}.support_access_status(array[$1::uuid]) r
