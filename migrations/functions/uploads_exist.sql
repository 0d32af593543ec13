-- Whether the store has the bytes of any upload.
create or replace function uploads_exist() returns boolean
language plpgsql stable security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  return exists (select 1 from uploads u where u.blob_key is not null);
end
$$;
grant execute on function uploads_exist() to {service};
