-- Returns the statement that creates the function with the platform's query. The function belongs to
-- the migrating role and runs with its rights, so that Helpline's owner needs none on the platform's
-- tables, and no view of Helpline's prevents the platform from changing them. A stable function
-- cannot write. It is no function in plpgsql: if the platform renamed the column `role`, the query
-- would find the result column of this name, which is a variable there, and no staff.
select format(
  'create or replace function {schema}.platform_staff() returns table (user_id uuid, role text) '
  'language sql stable security definer set search_path = pg_catalog, pg_temp as %L',
  E'\nselect q.user_id::uuid, q.role::text from (\n' || $1::text || E'\n) as q (user_id, role) where q.user_id is not null\n')
