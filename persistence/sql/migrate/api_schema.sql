-- Creates the schema `{api}` if it is missing, for example after a restore of Helpline's own schema
-- only. Its views and functions are then created again, because their records are deleted.
do $$
begin
  if to_regnamespace('{api}') is null then
    execute 'create schema {api} authorization {owner}';
    set local role {owner};
    delete from {schema}.helpline_objects o where o.path like 'api/%';
    reset role;
  end if;
end
$$
