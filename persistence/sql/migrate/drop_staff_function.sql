-- Ends the following of the platform's roles. The roles stay as they are.
drop function if exists {schema}.platform_staff()
