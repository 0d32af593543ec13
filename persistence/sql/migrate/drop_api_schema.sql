-- Drops the schema `{api}`, after its views and functions were dropped. It does not use `cascade`, so
-- the error names the objects that the platform has created there.
do $$
begin
  set local role {owner};
  drop schema if exists {api};
  reset role;
end
$$
