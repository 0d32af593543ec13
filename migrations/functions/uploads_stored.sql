-- Returns an upload as the service's own work needs it: the check, downloads and previews. Who may have the file is decided by the caller.
create or replace function uploads_stored(p_id uuid) returns setof uploads
language plpgsql stable security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  return query select u.* from uploads u where u.id = p_id;
end
$$;
grant execute on function uploads_stored(uuid) to {service};
