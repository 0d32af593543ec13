-- Returns what `migrate` has applied to this database. `version` is the highest migration version below which none is missing; later versions may
-- already be applied while a backfill is running. `generation` is the number that the manifest gives to the set of functions, views, triggers and
-- policies.
create or replace function helpline_schema_version() returns table (version integer, generation integer)
language plpgsql stable security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
#variable_conflict use_column
begin
  return query select
    (select max(v.version) from (select m.version, row_number() over (order by m.version) as place from helpline_migrations m) v where v.version = v.place),
    (select max(o.generation) from helpline_objects o);
end
$$;
grant execute on function helpline_schema_version() to {service};
