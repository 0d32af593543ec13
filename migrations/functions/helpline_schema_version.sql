-- What `migrate` has brought this database to.
create or replace function helpline_schema_version() returns table (version integer, generation integer)
language plpgsql stable security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
#variable_conflict use_column
begin
  return query select (select max(m.version) from helpline_migrations m), (select max(o.generation) from helpline_objects o);
end
$$;
grant execute on function helpline_schema_version() to {service};
