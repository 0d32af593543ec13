-- The schema, and trigrams for search wherever they are installed; here when they are not (the extension is trusted: who may create objects in the
-- database may install it). Nothing that the owner makes is executable by everybody. The owner needs the extension's operator class.
do $$
declare
  v_extension oid;
begin
  if to_regnamespace('{schema}') is null then
    execute 'create schema {schema} authorization {owner}';
  end if;
  select e.extnamespace into v_extension from pg_extension e where e.extname = 'pg_trgm';
  if v_extension is null then
    create extension pg_trgm with schema {schema};
  elsif not has_schema_privilege(to_regrole('{owner}'), v_extension, 'usage') then
    execute format('grant usage on schema %s to {owner}', v_extension::regnamespace);
  end if;
  set local role {owner};
  grant usage on schema {schema} to {service}, {customer}, {staff};
  alter default privileges for role {owner} revoke execute on functions from public;
  reset role;
end
$$
