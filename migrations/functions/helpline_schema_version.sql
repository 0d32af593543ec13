-- What `migrate` has brought this database to: the version up to which none is missing (a backfill may still be under way while later ones are
-- there), and the generation of the objects.
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
