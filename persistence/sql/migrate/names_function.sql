-- Returns the statement that creates the function with the platform's query of names. It returns only
-- the people in its argument, so that Postgres looks them up by the tables' keys. Otherwise it is
-- like the function of staff_function.sql.
select format(
  'create or replace function {schema}.platform_names(p_users uuid[]) returns table (user_id uuid, name text, email text) '
  'language sql stable security definer set search_path = pg_catalog, pg_temp as %L',
  E'\nselect q.user_id::uuid, q.name::text, q.email::text from (\n' || $1::text
  || E'\n) as q (user_id, name, email) where q.user_id::uuid = any ($1)\n')
