-- Returns an upload of this person, unless it is deleted.
create or replace function uploads_own(p_id uuid, p_owner uuid) returns setof uploads
language plpgsql stable security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  return query select u.* from uploads u where u.id = p_id and u.owner_id = p_owner and u.state <> 'gone';
end
$$;
grant execute on function uploads_own(uuid, uuid) to {service};
