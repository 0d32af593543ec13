-- Every function refuses by calling this one. `p_code` is an error code of core, which clients may see.
create or replace function support_refuse(p_code text) returns void
language plpgsql
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  raise exception using errcode = 'HL001', message = p_code;
end
$$;
