-- Raises the error with which every function refuses a call. `p_code` is an error code that is defined in the Rust crate `core` and is shown to
-- clients.
create or replace function support_refuse(p_code text) returns void
language plpgsql
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  raise exception using errcode = 'HL001', message = p_code;
end
$$;
