-- Confirms a new database as production, with the public address of the first instance that starts. Later calls change nothing.
create or replace function background_confirm_first(p_public_url text) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  insert into background_identity (cluster, public_url, confirmed_at) values (helpline_cluster(), p_public_url, clock_timestamp())
  on conflict on constraint background_identity_pkey do nothing;
end
$$;
grant execute on function background_confirm_first(text) to {service};
