-- Creates the schema and, if missing, the extension pg_trgm for the search. The extension is
-- trusted, so a role that can create objects in the database can install it. Functions that the
-- owner creates later are not executable by `public`. The owner gets access to the extension's
-- schema, because Helpline's indexes use an operator class of the extension.
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
