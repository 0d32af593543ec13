-- Deletes an upload of this person that no message names. Its row stays until it expires, because it counts for the quota of 24 hours.
create or replace function uploads_give_up(p_id uuid, p_owner uuid) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
declare
  u uploads;
begin
  select x.* into u from uploads x where x.id = p_id and x.owner_id = p_owner and x.state <> 'gone' for update;
  if u.id is null then
    perform support_refuse('not_found');
  elsif u.message_id is not null then
    perform support_refuse('conflict');
  end if;
  update uploads x
  set state = 'gone', blob_key = null, preview_key = null, preview_type = null, sha256 = null
  where x.id = p_id;
end
$$;
grant execute on function uploads_give_up(uuid, uuid) to {service};
