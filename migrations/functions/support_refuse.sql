-- The one way in which a function refuses: a code word of core's that the client may know.
create or replace function support_refuse(p_code text) returns void
language plpgsql
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  raise exception using errcode = 'HL001', message = p_code;
end
$$;
