-- Returns whether a platform manages the roles: `migrate --staff-from` creates this function. Runs as
-- the service role.
select to_regprocedure('{schema}.platform_staff()') is not null
