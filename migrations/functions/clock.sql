-- Returns the time by which background work is due: the start of the transaction. Only a test database has another definition, which adds an offset,
-- so that tests can set the clock forward and back.
create or replace function clock() returns timestamptz
language sql stable
set search_path = pg_catalog, {schema}, pg_temp
as $$
  select now()
$$;
